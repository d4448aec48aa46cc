using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Starts one pipeline for one monitor and one reason, unless what is remembered of the pipeline speaks against it.</summary>
internal sealed class PipelineTrigger(
    string monitor, PipelineAction action, MonitorMemories memories, IPredictionLog log, IModelRegistry registry, ILineageStore? lineage, Func<IPipelineRunner?> runner, MonitoringMetrics metrics, TimeProvider time, ILogger logger)
{
    private const string Prefix = "triggers/";
    private const int MostDatasets = 1_000; // of one run, the nearest
    private readonly string _key = KeyOf(action.Pipeline);
    private readonly string _windowKey = $"{monitor}/{action.Condition.Kind}{(action.Condition.Subject is { } subject ? "/" + subject : null)}";

    public static string KeyOf(string pipeline) => MonitorMemories.KeyOf(Prefix, pipeline);

    public async Task<TriggerResult> ActAsync(MonitorReport report, MonitorOptions options, CancellationToken cancellationToken)
    {
        TriggerResult result;
        try
        {
            result = await TryAsync(report, options, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // whatever a pipeline or a store does must not end the monitoring
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.TriggerFailed(e, monitor, action.Pipeline);
            result = Result(TriggerStatus.Failed, $"Whether to start it could not be decided: {e.Message}");
        }

        metrics.Triggered(monitor, action.Pipeline, result.Status);
        return result;
    }

    private async Task<TriggerResult> TryAsync(MonitorReport report, MonitorOptions options, CancellationToken cancellationToken)
    {
        var known = await memories.ReadAsync<TriggerState>(_key, cancellationToken).ConfigureAwait(false);
        var isFirst = !(known?.WindowEnds.ContainsKey(_windowKey) ?? false);
        var question = new TriggerQuestion(report, isFirst ? report.From : known!.WindowEnds[_windowKey], isFirst, log, options, lineage, known?.Datasets ?? []);
        if (await action.Condition.FindAsync(question, cancellationToken).ConfigureAwait(false) is not { } cause) return Result(TriggerStatus.NotNeeded, action.Condition.Nothing) with { Alarm = FindStop(known, report, options) };
        var now = time.GetUtcNow();
        var start = new TriggerStart(report.Model, report.Version, cause, Lease.New(now), _windowKey, report.To, now);
        var decision = await DecideAsync(start, options, cancellationToken).ConfigureAwait(false);
        if (decision.Refusal is { } status)
        {
            if (status == TriggerStatus.Stopped) logger.TriggerStopped(monitor, action.Pipeline, decision.Reason);
            else logger.TriggerHeld(monitor, action.Pipeline, decision.Reason);
            return Result(status, decision.Reason) with { Alarm = FindStop(decision.State, report, options) };
        }

        return await RunAsync(report, options, start, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TriggerDecision> DecideAsync(TriggerStart start, MonitorOptions options, CancellationToken cancellationToken)
    {
        TriggerDecision? decision = null;
        await memories.ChangeAsync<TriggerState>(
            _key,
            state =>
            {
                decision = TriggerLedger.TryStart(state ?? TriggerState.New(action.Pipeline), start, options);
                return decision.Refusal is null || state?.Starts.Any(at => at > start.Now) == true ? decision.State : null;
            },
            cancellationToken).ConfigureAwait(false);
        return decision!;
    }

    private async Task<TriggerResult> RunAsync(MonitorReport report, MonitorOptions options, TriggerStart start, CancellationToken cancellationToken)
    {
        var why = FormattableString.Invariant($"Started by {start.Cause.What} of version {report.Version}");
        var hasEnded = false;
        try
        {
            var pipelines = runner() ?? throw new InvalidOperationException("The host has no IPipelineRunner. Add the package MlOps.Pipelines and register its runner.");
            var request = new PipelineRequest { Parameters = action.Parameters(report), Trigger = start.Cause.Trigger };
            logger.TriggerStarts(monitor, action.Pipeline, FormattableString.Invariant($"{start.Cause.What} of version {report.Version}"));
            var run = await Lease.KeepAsync(
                stop => pipelines.RunAsync(action.Pipeline, request, stop),
                stop => ChangeAsync(state => state.Running?.Owner == start.Lease.Owner ? state with { Running = start.Lease.Renew(time.GetUtcNow()) } : null, stop),
                time,
                cancellationToken).ConfigureAwait(false);
            var champion = (await registry.FindByAliasAsync(report.Model, options.Alias, cancellationToken).ConfigureAwait(false))?.Version;
            var datasets = await FindDatasetsAsync(run, cancellationToken).ConfigureAwait(false);
            TriggerState? after = null;
            await ChangeAsync(state => after = TriggerLedger.Ran(state, start, run.RunId, champion, datasets), CancellationToken.None).ConfigureAwait(false);
            hasEnded = true;
            return Ran(report, run, champion, FindStop(after, report, options), why);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // whatever a pipeline does must not end the monitoring
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.TriggerFailed(e, monitor, action.Pipeline);
            return Result(TriggerStatus.Failed, $"{why}, and failed: {e.Message}");
        }
        finally
        {
            if (!hasEnded) await GiveBackAsync(start).ConfigureAwait(false);
        }
    }

    // What it has learned from itself is nothing new to it.
    private async Task<IReadOnlyCollection<string>> FindDatasetsAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        if (lineage is null) return [];
        try
        {
            var graph = await lineage.TraverseAsync(new(LineageNode.Run(run.RunId)) { Direction = LineageDirection.Upstream, Limit = MostDatasets }, cancellationToken).ConfigureAwait(false);
            return [.. graph.Nodes.Where(n => n.Node.Kind == LineageKind.Dataset).Select(n => n.Node.Id)];
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            logger.DatasetsUnknown(e, monitor, action.Pipeline, run.RunId);
            return [];
        }
    }

    private TriggerResult Ran(MonitorReport report, PipelineRun run, int? champion, Alarm? stop, string why)
    {
        if (stop is not null) logger.TriggerStopped(monitor, action.Pipeline, stop.Sentence);
        var refusals = run.Stages.Select(s => s.Output).OfType<IRefusals>().SelectMany(r => r.Refusals).Distinct(StringComparer.Ordinal).ToList();
        logger.TriggerRan(monitor, action.Pipeline, run.RunId, report.Version, champion ?? 0, refusals.Count);
        return Result(TriggerStatus.Ran, why + ".", run) with
        {
            Champion = champion,
            HasNewChampion = champion is not null && champion != report.Version,
            Refusals = refusals,
            Alarm = stop,
        };
    }

    // A store that cannot be reached now frees the pipeline when the lease expires.
    private async Task GiveBackAsync(TriggerStart start)
    {
        try
        {
            await ChangeAsync(state => TriggerLedger.Ended(state, start), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            logger.TriggerFailed(e, monitor, action.Pipeline);
        }
    }

    private Task ChangeAsync(Func<TriggerState, TriggerState?> change, CancellationToken cancellationToken) =>
        memories.ChangeAsync<TriggerState>(_key, state => change(state ?? TriggerState.New(action.Pipeline)), cancellationToken);

    private TriggerResult Result(TriggerStatus status, string reason, PipelineRun? run = null) => new(action.Pipeline, status, reason, run) { Trigger = action.Condition.Kind };

    // A schedule starts it all the same.
    private Alarm? FindStop(TriggerState? state, MonitorReport report, MonitorOptions options)
    {
        var futile = state?.Of(report.Model, report.Version).Futile ?? 0;
        return futile < options.StopAfter || action.Condition.Kind == TriggerKinds.Schedule
            ? null
            : TriggerAlarms.Stopped(action.Pipeline, TriggerLedger.Stopped(futile, report.Model, report.Version), futile, options.StopAfter);
    }
}
