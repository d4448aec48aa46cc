using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Runs the monitors that are to run by themselves, and refuses to start a host whose monitors name pipelines that do not exist.</summary>
internal sealed class MonitorService(
    IModelMonitor monitor, IEnumerable<MonitorDefinition> definitions, IOptionsMonitor<MonitorOptions> options, IServiceProvider services, TimeProvider time, ILogger<MonitorService> logger)
    : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<IPipelineRunner>() is { } runner)
        {
            foreach (var definition in definitions)
            {
                if (definition.Pipelines.FirstOrDefault(p => !runner.Pipelines.Contains(p.Pipeline)) is { } unknown)
                {
                    throw new OptionsValidationException(
                        definition.Name, typeof(MonitorOptions), [$"Monitor '{definition.Name}' runs pipeline '{unknown.Pipeline}', which the host does not have. Add it with AddPipeline, or name another."]);
                }
            }
        }

        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(monitor.Monitors.Where(name => options.Get(name).Every is not null).Select(name => RepeatAsync(name, stoppingToken)));

    private async Task RepeatAsync(string name, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Get(name).Every!.Value, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                var now = time.GetUtcNow();
                try
                {
                    var result = await monitor.RunAsync(name, now - options.Get(name).Window, now, cancellationToken).ConfigureAwait(false);
                    if (result.Report.Drift is { HasDrift: true } drift) logger.DriftFound(name, result.Report.Model, string.Join(", ", drift.Drifted));
                }
#pragma warning disable CA1031 // the next round may go better
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    logger.MonitorFailed(e, name);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
