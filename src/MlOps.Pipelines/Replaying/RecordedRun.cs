using System.Globalization;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>A run as it was recorded.</summary>
/// <param name="Run">The run.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Stages">Its stages.</param>
internal sealed record RecordedRun(Run Run, string Pipeline, IReadOnlyDictionary<string, StageCheckpoint> Stages)
{
    private const int MaxPasses = 10;

    public static async Task<RecordedRun> ReadAsync(Stores stores, string runId, CancellationToken cancellationToken)
    {
        var run = await stores.Metadata.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
        if (run.Tags.TryGetValue(ReplayExecution.ReplayOf, out var original))
            throw new ConflictException($"Run '{runId}' is a replay of run '{original}', and what its stages made was not kept. Replay that one.");
        if (!run.Tags.TryGetValue("mlops.pipeline", out var pipeline)) throw new ArgumentException($"Run '{runId}' is no run of a pipeline, so there is nothing to replay.", nameof(runId));
        if (run.Status == RunStatus.Running) throw new ConflictException($"Run '{runId}' has not ended. Replay it afterwards.");
        var stages = await stores.Checkpoints.ListAsync(runId, cancellationToken).ConfigureAwait(false);
        return stages.Count > 0
            ? new(run, pipeline, stages.ToDictionary(stage => stage.Stage, StringComparer.Ordinal))
            : throw new NotFoundException("record of the stages of run", runId, "It was removed, or the run ended before its first stage.");
    }

    /// <summary>Lets the definition build the graph of then.</summary>
    /// <returns>The graph, and which of its parameters are not known to be those of then.</returns>
    public (PipelineGraph Graph, IReadOnlyList<string> Differences) Rebuild(PipelineRegistration registration, PipelineOptions options, IServiceProvider services)
    {
        var seed = int.TryParse(Run.Tags.GetValueOrDefault("mlops.seed"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var recorded) ? recorded : (int?)null;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var pass = 0; ; pass++)
        {
            var graph = PipelineGraph.Build(registration, new() { Parameters = given, Seed = seed, Trigger = "replay" }, options, services);
            var (more, differences) = Missing(graph, given);
            if (more.Count == 0 || pass == MaxPasses)
                return (graph, seed is null ? [.. differences, string.Create(CultureInfo.InvariantCulture, $"The seed was not recorded; {graph.Seed} was taken.")] : differences);
            foreach (var (name, value) in more) given[name] = value; // and with these the definition may ask for further ones
        }
    }

    private (Dictionary<string, string> More, List<string> Differences) Missing(PipelineGraph graph, Dictionary<string, string> given)
    {
        var more = new Dictionary<string, string>(StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var (name, now) in graph.Parameters)
        {
            if (given.ContainsKey(name)) continue;
            if (!Run.Parameters.TryGetValue(name, out var then)) differences.Add($"Parameter '{name}' is new; its default was taken.");
            else if (then == now) continue;
            else if (StageParameters.Masked(name, string.Empty) != string.Empty) differences.Add($"Parameter '{name}' is a secret, of which the record holds a digest only, and it has another value now; that was taken.");
            else if (RunRecord.IsCut(then)) differences.Add($"Parameter '{name}' was too long to be recorded as a whole; its default was taken.");
            else more[name] = then;
        }

        return (more, differences);
    }
}
