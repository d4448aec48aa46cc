using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The monitors of the host: what checks, and for each monitor the pipelines that it may start.</summary>
internal sealed class ModelMonitor : IModelMonitor
{
    private readonly MonitorRunner _runner;
    private readonly ReportFiles _files;
    private readonly AlertManager _alerts;
    private readonly IOptionsMonitor<MonitorOptions> _options;
    private readonly RunHistory _history;
    private readonly MonitorMemories _memories;
    private readonly HashSet<string> _pipelines;
    private readonly Dictionary<string, PipelineTrigger[]> _monitors;

    public ModelMonitor(
        IEnumerable<MonitorDefinition> definitions,
        MonitorRunner runner,
        ReportFiles files,
        AlertManager alerts,
        RunHistory history,
        MonitorMemories memories,
        IPredictionLog log,
        IModelRegistry registry,
        MonitoringMetrics metrics,
        IOptionsMonitor<MonitorOptions> options,
        IServiceProvider services,
        TimeProvider time,
        ILogger<ModelMonitor> logger)
    {
        (_history, _memories) = (history, memories);
        _runner = runner;
        _files = files;
        _alerts = alerts;
        _options = options;
        var all = definitions.ToList();
        var lineage = services.GetService<ILineageStore>();
        _pipelines = all.SelectMany(d => d.Pipelines).Select(p => p.Pipeline).ToHashSet(StringComparer.Ordinal);
        _monitors = all.ToDictionary(
            d => d.Name,
            d => d.Pipelines.Select(p => new PipelineTrigger(d.Name, p, memories, log, registry, lineage, services.GetService<IPipelineRunner>, metrics, time, logger)).ToArray(),
            StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> Monitors => _monitors.Keys;

    public Task<MonitorReport> CheckAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        Find(monitor);
        return _runner.CheckAsync(monitor, _options.Get(monitor), from, to, cancellationToken);
    }

    public Task<MonitorResult> RunAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        var triggers = Find(monitor);
        return _history.RecordAsync(monitor, from, to, () => RunAsync(monitor, triggers, from, to, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<MonitorRun>> ListRunsAsync(string monitor, CancellationToken cancellationToken = default)
    {
        Find(monitor);
        return _history.ListAsync(monitor, cancellationToken);
    }

    public Task ResetTriggerAsync(string pipeline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        if (!_pipelines.Contains(pipeline)) throw new ArgumentException($"No monitor starts pipeline '{pipeline}'. Monitors start: {string.Join(", ", _pipelines.Order(StringComparer.Ordinal))}.", nameof(pipeline));
        return _memories.ChangeAsync<TriggerState>(PipelineTrigger.KeyOf(pipeline), state => state is null ? null : TriggerLedger.Reset(state), cancellationToken);
    }

    private async Task<MonitorResult> RunAsync(string monitor, PipelineTrigger[] triggers, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var options = _options.Get(monitor);
        var report = await _runner.CheckAsync(monitor, options, from, to, cancellationToken).ConfigureAwait(false);
        await _files.WriteAsync(report, options.KeepReports, cancellationToken).ConfigureAwait(false);
        var alerts = await _alerts.ProcessAsync(report, cancellationToken).ConfigureAwait(false);
        var results = new List<TriggerResult>(triggers.Length);
        foreach (var trigger in triggers) results.Add(await trigger.ActAsync(report, options, cancellationToken).ConfigureAwait(false));
        var more = await _alerts.ProcessAsync(report, results, cancellationToken).ConfigureAwait(false);
        return new(report, results) { Alerts = [.. alerts, .. more] };
    }

    private PipelineTrigger[] Find(string monitor)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        return _monitors.TryGetValue(monitor, out var triggers)
            ? triggers
            : throw new ArgumentException($"There is no monitor '{monitor}'. The host has: {string.Join(", ", _monitors.Keys.Order(StringComparer.Ordinal))}. Add it with AddMonitor.", nameof(monitor));
    }
}
