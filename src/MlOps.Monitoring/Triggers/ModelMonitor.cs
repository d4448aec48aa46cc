using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The monitors of the host: what checks, and for each monitor the pipelines that it may start.</summary>
internal sealed class ModelMonitor : IModelMonitor
{
    private readonly MonitorRunner _runner;
    private readonly AlertManager _alerts;
    private readonly IOptionsMonitor<MonitorOptions> _options;
    private readonly Dictionary<string, PipelineTrigger[]> _monitors;

    public ModelMonitor(
        IEnumerable<MonitorDefinition> definitions, MonitorRunner runner, AlertManager alerts, IOptionsMonitor<MonitorOptions> options, IServiceProvider services, TimeProvider time, ILogger<ModelMonitor> logger)
    {
        _runner = runner;
        _alerts = alerts;
        _options = options;
        var all = definitions.ToList();
        var ledgers = all.SelectMany(d => d.Pipelines).Select(p => p.Pipeline).Distinct(StringComparer.Ordinal).ToDictionary(p => p, _ => new PipelineLedger(), StringComparer.Ordinal);
        _monitors = all.ToDictionary(
            d => d.Name, d => d.Pipelines.Select(p => new PipelineTrigger(d.Name, p, ledgers[p.Pipeline], services.GetService<IPipelineRunner>, time, logger)).ToArray(), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> Monitors => _monitors.Keys;

    public Task<MonitorReport> CheckAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        Find(monitor);
        return _runner.CheckAsync(monitor, _options.Get(monitor), from, to, cancellationToken);
    }

    public async Task<MonitorResult> RunAsync(string monitor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        var triggers = Find(monitor);
        var options = _options.Get(monitor);
        var report = await _runner.CheckAsync(monitor, options, from, to, cancellationToken).ConfigureAwait(false);
        var alerts = await _alerts.ProcessAsync(report, cancellationToken).ConfigureAwait(false);
        var results = new List<TriggerResult>(triggers.Length);
        foreach (var trigger in triggers) results.Add(await trigger.ActAsync(report, options, cancellationToken).ConfigureAwait(false));
        return new(report, results) { Alerts = alerts };
    }

    private PipelineTrigger[] Find(string monitor)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        return _monitors.TryGetValue(monitor, out var triggers)
            ? triggers
            : throw new ArgumentException($"There is no monitor '{monitor}'. The host has: {string.Join(", ", _monitors.Keys.Order(StringComparer.Ordinal))}. Add it with AddMonitor.", nameof(monitor));
    }
}
