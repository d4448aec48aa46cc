using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>One run of a pipeline in this process, from its first stage, or the first that a dead process left, to its end.</summary>
internal sealed class RunExecution
{
    private readonly Lock _gate = new();
    private readonly PipelineGraph _graph;
    private readonly RunHold _hold;
    private readonly Stores _stores;
    private readonly PipelineOptions _options;
    private readonly CodeFingerprint _code;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RunRecord _record;
    private readonly ProgressRelay _progress;
    private readonly CacheLookup _cache;
    private readonly RunLineage _lineage;
    private readonly RunListeners _listeners;
    private (string Stage, Exception Error)? _failure;

    public RunExecution(
        PipelineGraph graph, RunHold hold, Stores stores, PipelineOptions options, CodeFingerprint code, IServiceProvider services, TimeProvider time, ILogger logger)
    {
        (_graph, _hold, _stores, _options, _code, _services, _time, _logger) = (graph, hold, stores, options, code, services, time, logger);
        _record = new(graph.Name, graph.Request, graph.Seed, graph.Parameters);
        _progress = new(graph.Request.Progress, RunId, graph.Name, logger);
        _cache = new(stores, graph.Name, graph.Request.Force, hold.Finished);
        _lineage = new(hold.Lease, logger);
        _listeners = new(services.GetServices<IRunListener>(), graph, hold.Lease, time, logger);
    }

    private string RunId => _hold.Lease.RunId;

    /// <summary>Runs the stages that are still to be run and records the end.</summary>
    public async Task<PipelineRun> RunAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var activity = Instruments.Activities.StartActivity($"pipeline {_graph.Name}");
        activity?.SetTag("mlops.run", RunId);
        var tags = await RecordStartAsync().ConfigureAwait(false);
        _listeners.RunStarted(tags);

        IReadOnlyList<StageRun> stages;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _hold.Keeper.Lost))
        {
            stages = await RunStagesAsync(stop.Token).ConfigureAwait(false);
        }

        _progress.Close();
        var isComplete = stages.All(s => s.Status is StageStatus.Finished or StageStatus.Cached);
        var status = isComplete ? RunStatus.Finished : cancellationToken.IsCancellationRequested ? RunStatus.Killed : RunStatus.Failed;
        await _lineage.RecordAsync(_stores).ConfigureAwait(false);
        await RecordEndAsync(status, stages).ConfigureAwait(false);
        _listeners.RunEnded(status, tags, _failure?.Error);

        var elapsed = _time.GetElapsedTime(started);
        activity?.SetStatus(status == RunStatus.Finished ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        Instruments.Run(_graph.Name, status, elapsed);
        _logger.RunEnded(RunId, _graph.Name, Instruments.Name(status), elapsed.TotalMilliseconds, stages.Count(s => s.Status == StageStatus.Finished), stages.Count(s => s.Status == StageStatus.Cached));
        if (status == RunStatus.Killed) throw new OperationCanceledException($"Run {RunId} of pipeline '{_graph.Name}' was cancelled.", cancellationToken);
        if (_failure is { } failure) throw new StageFailedException(_graph.Name, failure.Stage, RunId, failure.Error);
        return new(RunId, _graph.Name, status, _hold.IsResumed, elapsed, stages);
    }

    private async Task<IReadOnlyDictionary<string, string>> RecordStartAsync()
    {
        await _stores.DoAsync(s => s.Metadata.StartRunAsync(new(RunId, _graph.Name, RunRecord.Name(_hold.Lease), _hold.Lease.StartedAt))).ConfigureAwait(false);
        var start = await _record.StartAsync(_hold.Lease).ConfigureAwait(false);
        await _stores.DoAsync(s => s.Metadata.LogAsync(RunId, start)).ConfigureAwait(false);

        // The dead process may have died between committing a stage and logging what the stage had said.
        foreach (var finished in _hold.Finished.Values.OrderBy(c => c.EndedAt).ThenBy(c => c.Stage, StringComparer.Ordinal))
            await LogAsync(finished.Stage, finished.Entries).ConfigureAwait(false);
        return start.Tags;
    }

    private async Task<IReadOnlyList<StageRun>> RunStagesAsync(CancellationToken stop)
    {
        using var slots = new SemaphoreSlim(_options.MaxParallelStages);
        var running = new Dictionary<StageNode, Task<StageRun>>();
        foreach (var node in _graph.Stages)
        {
            var inputs = node.Inputs.Select(input => running[input]).ToList();
            running[node] = Task.Run(() => RunStageAsync(node, inputs, slots, stop), CancellationToken.None);
        }

        return await Task.WhenAll(_graph.Stages.Select(node => running[node])).ConfigureAwait(false);
    }

    private async Task<StageRun> RunStageAsync(StageNode node, IReadOnlyList<Task<StageRun>> inputs, SemaphoreSlim slots, CancellationToken stop)
    {
        var before = await Task.WhenAll(inputs).ConfigureAwait(false);
        if (before.FirstOrDefault(s => s.Status is StageStatus.Failed or StageStatus.Skipped) is { } missing)
            return Skip(node, $"Its input '{missing.Name}' was not made.");
        try
        {
            await slots.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Skip(node, "The run was stopped.");
        }

        try
        {
            return await new StageExecution(this, node, before).RunAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private StageRun Skip(StageNode node, string reason)
    {
        _progress.Report(node.Name, StageEvent.Skipped, TimeSpan.Zero, reason);
        return new(node.Name, StageStatus.Skipped, TimeSpan.Zero, 0, new(node.Name, false, reason), null, null);
    }

    private Task LogAsync(string stage, RunEntries entries)
    {
        var counted = _record.Count(entries, stage);
        return _stores.DoAsync(s => s.Metadata.LogAsync(RunId, counted));
    }

    private async Task RecordEndAsync(RunStatus status, IReadOnlyList<StageRun> stages)
    {
        try
        {
            if (_hold.Keeper.Lost.IsCancellationRequested || !await _stores.DoAsync(s => s.Checkpoints.RenewAsync(_hold.Lease, _time.GetUtcNow() + _options.LeaseDuration)).ConfigureAwait(false))
            {
                _hold.Keeper.GiveUp();
                throw new ConflictException($"Run {RunId} of pipeline '{_graph.Name}' was taken over by another process, which goes on with it. Nothing more was recorded here.");
            }

            var skipped = RunRecord.Skipped(stages);
            if (skipped.Tags.Count > 0) await _stores.DoAsync(s => s.Metadata.LogAsync(RunId, skipped)).ConfigureAwait(false);
            var error = status switch
            {
                RunStatus.Failed when _failure is { } failure => $"Stage '{failure.Stage}' failed: {failure.Error.Message}",
                RunStatus.Killed => "The run was cancelled.",
                _ => null,
            };

            // In this order: a process that dies in between leaves a run that the next start goes on with, and ends.
            await _stores.DoAsync(s => s.Metadata.EndRunAsync(RunId, status, _time.GetUtcNow(), error)).ConfigureAwait(false);
            await _stores.DoAsync(s => s.Checkpoints.EndAsync(_hold.Lease)).ConfigureAwait(false);
        }
        catch (StoreException e) when (status != RunStatus.Finished && e is not ConflictException)
        {
            _logger.EndNotRecorded(RunId, e); // why the run did not finish says more
        }
    }

    /// <summary>One stage of the run.</summary>
    private sealed class StageExecution(RunExecution run, StageNode node, IReadOnlyList<StageRun> inputs)
    {
        private readonly long _started = run._time.GetTimestamp();
        private readonly DateTimeOffset _startedAt = run._time.GetUtcNow();
        private StageAttempts? _attempts;
        private StageKey? _key;
        private string _reason = "It was not looked for.";
        private StageContext? _context;
        private Exception? _error;

        private TimeSpan Elapsed => run._time.GetElapsedTime(_started);

        public async Task<StageRun> RunAsync(CancellationToken stop)
        {
            using var activity = Instruments.Activities.StartActivity($"stage {node.Name}");
            var inputsOfStage = inputs.Select(i => StageOutputs.Look(i.Output)).ToList();
            var isTold = !run._hold.Finished.ContainsKey(node.Name); // the process before has told it
            if (isTold) run._listeners.StageStarted(node, inputsOfStage);
            StageRun ended;
            try
            {
                ended = await TakeOrMakeAsync(stop).ConfigureAwait(false);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                if (_attempts is { Openings.Count: > 0 }) await RecordFailureAsync("The run was stopped.").ConfigureAwait(false);
                ended = run.Skip(node, "The run was stopped.");
            }
            catch (Exception e)
            {
                ended = await FailAsync(e).ConfigureAwait(false);
            }

            if (ended.Status is StageStatus.Finished or StageStatus.Cached) run._lineage.Add(ended, inputsOfStage, run._time.GetUtcNow());
            if (isTold) run._listeners.StageEnded(node, ended, inputsOfStage, _key, _context, _error);
            activity?.SetTag("mlops.stage.status", Instruments.Name(ended.Status)).SetStatus(ended.Status == StageStatus.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
            Instruments.Stage(run._graph.Name, node.Name, ended.Status, Elapsed);
            return ended;
        }

        private async Task<StageRun> TakeOrMakeAsync(CancellationToken stop)
        {
            var scope = run._services.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                _key = await StageKey.MakeAsync(
                    node, [.. inputs.Select(i => i.OutputFingerprint!)], run._graph.Seed, run.RunId, run._code, scope.ServiceProvider, stop).ConfigureAwait(false);
            }

            var found = await run._cache.FindAsync(node, _key, stop).ConfigureAwait(false);
            _reason = found.Reason;
            return found.Checkpoint is { } checkpoint
                ? await TakeAsync(checkpoint, found.Value).ConfigureAwait(false)
                : await MakeAsync(stop).ConfigureAwait(false);
        }

        private async Task<StageRun> TakeAsync(StageCheckpoint checkpoint, object? value)
        {
            var result = new StageResult(value, checkpoint.Output!, checkpoint.OutputFingerprint!);
            if (checkpoint.RunId != run.RunId) await RecordAsync(StageStatus.Cached, 0, RunRecord.Logged(checkpoint), result).ConfigureAwait(false);
            run._progress.Report(node.Name, StageEvent.Cached, Elapsed, _reason);
            run._logger.StageCached(run._graph.Name, node.Name, _reason);
            return new(node.Name, StageStatus.Cached, Elapsed, 0, new(node.Name, true, _reason), value, result.Fingerprint);
        }

        private async Task<StageRun> MakeAsync(CancellationToken stop)
        {
            run._progress.Report(node.Name, StageEvent.Started, Elapsed, _reason);
            _attempts = new(node, [.. inputs.Select(i => i.Output)], run._services, run._options, run._time) { Retrying = Retrying, Abandoned = Abandoned };
            var (output, context) = await _attempts.RunAsync(Context, stop).ConfigureAwait(false);
            var result = StageOutputs.Write(node.Name, node.OutputType, output);
            await RecordAsync(StageStatus.Finished, _attempts.Count, RunRecord.Logged(context), result).ConfigureAwait(false);
            run._progress.Report(node.Name, StageEvent.Finished, Elapsed);
            run._logger.StageFinished(run._graph.Name, node.Name, Elapsed.TotalMilliseconds);
            return new(node.Name, StageStatus.Finished, Elapsed, _attempts.Count, new(node.Name, false, _reason), result.Value, result.Fingerprint);
        }

        private async Task<StageRun> FailAsync(Exception error)
        {
            _error = error;
            lock (run._gate) run._failure ??= (node.Name, error);
            run._logger.StageFailed(run._graph.Name, node.Name, run.RunId, error);
            await RecordFailureAsync($"{error.GetType().Name}: {error.Message}").ConfigureAwait(false);
            run._progress.Report(node.Name, StageEvent.Failed, Elapsed, error.Message);
            return new(node.Name, StageStatus.Failed, Elapsed, _attempts?.Count ?? 0, new(node.Name, false, _reason), null, null);
        }

        private async Task RecordFailureAsync(string error)
        {
            try
            {
                await RecordAsync(StageStatus.Failed, _attempts?.Count ?? 0, new(), null, error).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                run._logger.EndNotRecorded(run.RunId, e); // the error of the stage says more
            }
        }

        private async Task RecordAsync(StageStatus status, int attempts, RunEntries logged, StageResult? result, string? error = null)
        {
            var now = run._time.GetUtcNow();
            var entries = run._record.Stage(node.Name, status, _key, logged, result, _attempts?.Openings ?? [], _reason, Elapsed, now);
            var checkpoint = new StageCheckpoint
            {
                RunId = run.RunId,
                Pipeline = run._graph.Name,
                Stage = node.Name,
                Status = status,
                Attempts = attempts,
                Key = _key?.Value ?? Sha256.Hex(string.Empty),
                KeyParts = _key?.Parts ?? new Dictionary<string, string>(),
                CacheReason = _reason,
                Output = result?.Json,
                OutputFingerprint = result?.Fingerprint,
                Entries = entries,
                StartedAt = _startedAt,
                EndedAt = now,
                Error = error,
            };
            if (!await run._stores.DoAsync(s => s.Checkpoints.CommitAsync(run._hold.Lease, checkpoint)).ConfigureAwait(false)) await CheckLeaseAsync().ConfigureAwait(false);
            await run.LogAsync(node.Name, entries).ConfigureAwait(false);
        }

        // A commit whose answer was lost and that was sent again is refused as well; then the run is still ours.
        private async Task CheckLeaseAsync()
        {
            if (await run._stores.DoAsync(s => s.Checkpoints.RenewAsync(run._hold.Lease, run._time.GetUtcNow() + run._options.LeaseDuration)).ConfigureAwait(false)) return;
            run._hold.Keeper.GiveUp();
            throw new OperationCanceledException("The run was taken over by another process.");
        }

        private StageContext Context(IServiceProvider services) => _context = new()
        {
            Services = services,
            Pipeline = run._graph.Name,
            Stage = node.Name,
            RunId = run.RunId,
            Seed = StageKey.SeedOf(run._graph.Seed, node.Name),
            IsAcceptance = typeof(IAcceptanceStage).IsAssignableFrom(node.StageType),
            Time = run._time,
            Progress = (message, fraction) => run._progress.Report(node.Name, StageEvent.Progressed, Elapsed, message, fraction),
        };

        private void Retrying(int attempt, TimeSpan wait, Exception error)
        {
            run._logger.StageRetried(run._graph.Name, node.Name, attempt, node.Options.MaxAttempts, wait.TotalSeconds, error);
            run._progress.Report(node.Name, StageEvent.Retrying, Elapsed, error.Message);
        }

        private void Abandoned() => run._logger.StageAbandoned(run._graph.Name, node.Name);
    }
}
