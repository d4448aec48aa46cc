using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Tells those who listen what happens in a run. One that throws does not break the run.</summary>
internal sealed class RunListeners(IEnumerable<IRunListener> listeners, PipelineGraph graph, RunLease lease, TimeProvider time, ILogger logger)
{
    private readonly IRunListener[] _listeners = [.. listeners];
    private readonly Lock _gate = new();
    private readonly List<DatasetOrigin> _sources = [];
    private readonly List<RunDataset> _outputs = [];
    private readonly List<ModelVersion> _models = [];

    public void RunStarted(IReadOnlyDictionary<string, string> tags) =>
        Tell(() => Event(lease.Token > 1 ? RunEventKind.Resumed : RunEventKind.Started, null) with { Parameters = graph.Parameters, Tags = tags });

    public void RunEnded(RunStatus status, IReadOnlyDictionary<string, string> tags, Exception? error) => Tell(() =>
    {
        var kind = status switch
        {
            RunStatus.Finished => RunEventKind.Finished,
            RunStatus.Killed => RunEventKind.Killed,
            _ => RunEventKind.Failed,
        };
        lock (_gate)
            return Event(kind, null) with { Parameters = graph.Parameters, Tags = tags, Sources = [.. _sources.Distinct()], Outputs = [.. _outputs.Distinct()], Models = [.. _models], Error = error };
    });

    public void StageStarted(StageNode node, IReadOnlyList<OutputContent> inputs) =>
        Tell(() => Event(RunEventKind.Started, node) with { Inputs = [.. inputs.SelectMany(i => i.Datasets).Distinct()] });

    public void StageEnded(StageNode node, StageRun ended, IReadOnlyList<OutputContent> inputs, StageKey? key, StageContext? context, Exception? error) => Tell(() =>
    {
        var given = inputs.SelectMany(i => i.Datasets).Distinct().ToList();
        var made = StageOutputs.Look(ended.Output);
        var outputs = made.Datasets.Where(d => !given.Exists(g => g.Data.Fingerprint == d.Data.Fingerprint)).Distinct().ToList();
        var models = made.Versions.DistinctBy(v => (v.Model, v.Version)).ToList();
        var sources = given.Count > 0 ? [] : outputs.Select(o => o.Origin).OfType<DatasetOrigin>().Distinct().ToList();
        lock (_gate)
        {
            _sources.AddRange(sources);
            _outputs.AddRange(outputs);
            _models.AddRange(models.Where(m => !_models.Exists(known => known.Model == m.Model && known.Version == m.Version)));
        }

        var kind = ended.Status switch
        {
            StageStatus.Finished or StageStatus.Cached => RunEventKind.Finished,
            StageStatus.Failed => RunEventKind.Failed,
            _ => RunEventKind.Killed,
        };
        return Event(kind, node) with
        {
            Parameters = key?.Parameters ?? new Dictionary<string, string>(),
            Tags = context?.Tags ?? new Dictionary<string, string>(),
            Sources = sources,
            Inputs = given,
            Outputs = outputs,
            Models = models,
            Quality = context?.Quality ?? [],
            Cache = ended.Cache,
            Error = error,
        };
    });

    private RunEvent Event(RunEventKind kind, StageNode? stage) => new()
    {
        Kind = kind,
        At = time.GetUtcNow(),
        RunId = lease.RunId,
        Pipeline = graph.Name,
        Resumptions = (int)(lease.Token - 1),
        Stage = stage,
        Description = (stage?.StageType ?? graph.Definition).GetCustomAttribute<DescriptionAttribute>()?.Description,
        ScheduledFor = graph.Request.ScheduledFor,
    };

    private void Tell(Func<RunEvent> make)
    {
        if (_listeners.Length == 0) return;
        var happened = make();
        foreach (var listener in _listeners)
        {
            try
            {
                listener.OnRunEvent(happened);
            }
            catch (Exception e)
            {
                logger.ListenerFailed(listener.GetType().Name, lease.RunId, graph.Name, e);
            }
        }
    }
}
