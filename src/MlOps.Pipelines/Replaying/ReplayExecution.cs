using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Does the stages of a recorded run once more, one after the other, and compares. Nothing is taken from the cache and nothing is kept for it.</summary>
internal sealed class ReplayExecution(
    PipelineGraph graph, RecordedRun original, IReadOnlyList<string> differences, Stores stores, PipelineOptions options, CodeFingerprint code, IServiceProvider services, TimeProvider time)
{
    /// <summary>The tag that names the run that was replayed.</summary>
    public const string ReplayOf = "mlops.replay_of";

    private static readonly (string Tag, string What)[] EnvironmentTags =
    [
        ("mlflow.source.git.commit", "The commit"), ("mlops.code.dirty", "Whether files were changed since the commit"), ("mlops.code.assembly", "The program"),
        ("mlops.code.mvid", "The build of the program"), ("mlops.environment.os", "The operating system"), ("mlops.environment.architecture", "The processor architecture"),
        ("mlops.environment.dotnet", "The .NET runtime"), ("mlops.environment.processors", "The number of processors"),
    ];

    private readonly RunRecord _record = new(graph.Name, graph.Request, graph.Seed, graph.Parameters);
    private readonly RunLease _lease = Lease(graph, time.GetUtcNow());
    private readonly Dictionary<StageNode, StageResult> _outputs = [];

    public async Task<ReplayReport> RunAsync(CancellationToken cancellationToken)
    {
        var start = await _record.StartAsync(_lease).ConfigureAwait(false);
        await stores.DoAsync(s => s.Metadata.StartRunAsync(new(_lease.RunId, $"{graph.Name} replays", $"replay of {original.Run.Name}", _lease.StartedAt), cancellationToken)).ConfigureAwait(false);
        try
        {
            var tags = new Dictionary<string, string>(start.Tags) { [ReplayOf] = original.Run.Id, ["mlflow.runName"] = $"replay of {original.Run.Name}" };
            await stores.DoAsync(s => s.Metadata.LogAsync(_lease.RunId, start with { Tags = tags })).ConfigureAwait(false);
            var report = await ReplayAsync([.. differences, .. EnvironmentDifferences(start.Tags)], cancellationToken).ConfigureAwait(false);
            var verdict = new Dictionary<string, string> { ["mlops.replay"] = report.IsEqual ? "equal" : "different" };
            await stores.DoAsync(s => s.Metadata.LogAsync(_lease.RunId, new() { Tags = verdict })).ConfigureAwait(false);
            await EndAsync(RunStatus.Finished, null).ConfigureAwait(false);
            return report;
        }
        catch (Exception e)
        {
            var isCancelled = cancellationToken.IsCancellationRequested;
            await EndAsync(isCancelled ? RunStatus.Killed : RunStatus.Failed, isCancelled ? "The replay was cancelled." : e.Message).ConfigureAwait(false);
            throw;
        }
    }

    private static RunLease Lease(PipelineGraph graph, DateTimeOffset now) => new(Guid.CreateVersion7(now).ToString("N"), graph.Name, graph.Identity, ProcessIdentity.Current, 1, now, now);

    private Task EndAsync(RunStatus status, string? error) => stores.DoAsync(s => s.Metadata.EndRunAsync(_lease.RunId, status, time.GetUtcNow(), error));

    private async Task<ReplayReport> ReplayAsync(IReadOnlyList<string> ofTheRun, CancellationToken cancellationToken)
    {
        var stages = new List<StageReplay>();
        foreach (var node in graph.Stages) stages.Add(await ReplayAsync(node, cancellationToken).ConfigureAwait(false));
        var gone = original.Stages.Values.Where(then => !graph.Stages.Any(node => node.Name == then.Stage));
        stages.AddRange(gone.Select(then => new StageReplay(then.Stage, ReplayOutcome.Different, then.OutputFingerprint, null, ["The pipeline has no such stage any more."])));
        return new(_lease.RunId, original.Run.Id, graph.Name, ofTheRun, stages);
    }

    private async Task<StageReplay> ReplayAsync(StageNode node, CancellationToken cancellationToken)
    {
        var then = original.Stages.GetValueOrDefault(node.Name);
        if (node.Inputs.FirstOrDefault(input => !_outputs.ContainsKey(input)) is { } missing)
            return new(node.Name, ReplayOutcome.NotDone, then?.OutputFingerprint, null, [$"Its input '{missing.Name}' was not made."]);
        var key = await KeyAsync(node, cancellationToken).ConfigureAwait(false);
        List<string> changes = then is null ? ["The run had not done it, or did not have it."] : [.. CacheReasons.Differences(WithoutRun(key), node, then with { KeyParts = WithoutRun(then.KeyParts) })];
        if (typeof(IEffectStage).IsAssignableFrom(node.StageType)) return await SkipEffectAsync(node, then, changes, cancellationToken).ConfigureAwait(false);

        // Only what says in which state the outside is can be known to be given the same.
        var readsOutside = typeof(ICacheKeySource).IsAssignableFrom(node.StageType);
        var isSame = !readsOutside || (then?.KeyParts.GetValueOrDefault(StageKey.State) is { } state && key.Parts.GetValueOrDefault(StageKey.State) == state);
        if (!isSame && node.Inputs.Count == 0 && then?.KeyParts.ContainsKey(StageKey.State) == true && await TakeRecordedAsync(node, then, cancellationToken).ConfigureAwait(false))
            return new(node.Name, ReplayOutcome.Recorded, then.OutputFingerprint, null, [.. changes, "What it reads is not as it was then, or is gone, so its output of then was taken."]);
        return await DoAsync(node, then, key, changes, isSame, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StageReplay> SkipEffectAsync(StageNode node, StageCheckpoint? then, List<string> changes, CancellationToken cancellationToken)
    {
        if (then is not null) await TakeRecordedAsync(node, then, cancellationToken).ConfigureAwait(false);
        changes.Add(changes.Count == 0 ? "It changes something outside of the run and was not done; it would have been given the same." : "It changes something outside of the run and was not done.");
        return new(node.Name, ReplayOutcome.NotDone, then?.OutputFingerprint, null, changes);
    }

    private async Task<StageReplay> DoAsync(StageNode node, StageCheckpoint? then, StageKey key, List<string> changes, bool isSame, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var attempts = new StageAttempts(node, [.. node.Inputs.Select(input => _outputs[input].Value)], services, options, time);
        StageResult? result = null;
        StageContext? context = null;
        string? error = null;
        try
        {
            (var output, context) = await attempts.RunAsync(scope => Context(node, scope), cancellationToken).ConfigureAwait(false);
            result = StageOutputs.Write(node.Name, node.OutputType, output);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            error = $"{e.GetType().Name}: {e.Message}";
        }

        var entries = _record.Stage(
            node.Name, result is null ? StageStatus.Failed : StageStatus.Finished, key, context is null ? new() : RunRecord.Logged(context), result, attempts.Openings, "A replay takes no earlier result.",
            time.GetElapsedTime(started), time.GetUtcNow());
        await stores.DoAsync(s => s.Metadata.LogAsync(_lease.RunId, _record.Count(entries, node.Name))).ConfigureAwait(false);
        if (result is not null) _outputs[node] = result;
        if (isSame) return Compare(node, then, result, error, changes);
        if (then is null || !await TakeRecordedAsync(node, then, cancellationToken).ConfigureAwait(false)) return Compare(node, then, result, error, changes);
        changes.AddRange(Compare(node, then, result, error, []).Differences);
        changes.Add("It depends on something outside of the run that is not known to be as it was then, so the stages after it were given its output of then.");
        return new(node.Name, ReplayOutcome.Recorded, then.OutputFingerprint, result?.Fingerprint, changes);
    }

    private static StageReplay Compare(StageNode node, StageCheckpoint? then, StageResult? result, string? error, List<string> changes)
    {
        var isEqual = then is not null && (result is not null ? then.OutputFingerprint == result.Fingerprint : then.Status == StageStatus.Failed && then.Error == error);
        List<string> said = [.. changes];
        if (!isEqual && then is not null)
        {
            said.Add((then.OutputFingerprint, result) switch
            {
                (null, null) => $"It failed otherwise: {error} Then it was: {then.Error}",
                (null, _) => $"It went well; then it had failed: {then.Error}",
                (_, null) => $"It failed: {error}",
                var (before, now) => $"Its output is {now.Fingerprint[..12]} instead of {before[..Math.Min(12, before.Length)]}.",
            });
            if (result is not null && then.Output is { } recorded) said.AddRange(OutputDifferences.Find(recorded, result.Json));
        }

        return new(node.Name, isEqual ? ReplayOutcome.Equal : ReplayOutcome.Different, then?.OutputFingerprint, result?.Fingerprint, said);
    }

    private async Task<bool> TakeRecordedAsync(StageNode node, StageCheckpoint then, CancellationToken cancellationToken)
    {
        if (then is not { Output: { } json, OutputFingerprint: { } fingerprint }) return false;
        var (value, problem) = await StageOutputs.ReadAsync(json, node.OutputType, stores.Artifacts, cancellationToken).ConfigureAwait(false);
        if (problem is not null) return false;
        _outputs[node] = new(value, json, fingerprint);
        return true;
    }

    private async Task<StageKey> KeyAsync(StageNode node, CancellationToken cancellationToken)
    {
        var scope = services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            return await StageKey.MakeAsync(
                node, [.. node.Inputs.Select(input => _outputs[input].Fingerprint)], graph.Seed, _lease.RunId, code, scope.ServiceProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static StageKey WithoutRun(StageKey key) => key with { Parts = WithoutRun(key.Parts) };

    // What is not kept for other runs is bound to its own, which says nothing here.
    private static Dictionary<string, string> WithoutRun(IReadOnlyDictionary<string, string> parts) => parts.Where(part => part.Key != StageKey.Run).ToDictionary();

    private StageContext Context(StageNode node, IServiceProvider scope) => new()
    {
        Services = scope,
        Pipeline = graph.Name,
        Stage = node.Name,
        RunId = _lease.RunId,
        Seed = StageKey.SeedOf(graph.Seed, node.Name),
        IsAcceptance = typeof(IAcceptanceStage).IsAssignableFrom(node.StageType),
        Time = time,
    };

    private IEnumerable<string> EnvironmentDifferences(IReadOnlyDictionary<string, string> now)
    {
        foreach (var (tag, what) in EnvironmentTags)
        {
            var (before, after) = (original.Run.Tags.GetValueOrDefault(tag), now.GetValueOrDefault(tag));
            if (before != after) yield return $"{what} is {after ?? "unknown"}; then it was {before ?? "unknown"}.";
        }
    }
}
