using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Runs the monitors that are to run by themselves, and refuses to start a host whose monitors name pipelines that do not exist.</summary>
internal sealed class MonitorService(
    IModelMonitor monitor,
    IEnumerable<MonitorDefinition> definitions,
    MonitorMemories memories,
    MonitoringMetrics metrics,
    IOptionsMonitor<MonitorOptions> options,
    IServiceProvider services,
    TimeProvider time,
    ILogger<MonitorService> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1); // then the clock may have been set, or another host have died

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

        if (services.GetService<ILineageStore>() is null && definitions.FirstOrDefault(d => d.Pipelines.Any(p => p.Condition is { Kind: TriggerKinds.Data, Subject: not null })) is { } blind)
        {
            throw new OptionsValidationException(
                blind.Name, typeof(MonitorOptions), [$"Monitor '{blind.Name}' looks for new versions of a dataset, and the host has no ILineageStore, which knows them. Add one, as with UseSqlite, or leave OnNewData out."]);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(monitor.Monitors.Where(IsScheduled).Select(name => RepeatAsync(name, stoppingToken)));

    private bool IsScheduled(string name) => options.Get(name) is var o && (o.Cron is not null || o.Every is not null || o.EveryPredictions is not null);

    private async Task RepeatAsync(string name, CancellationToken cancellationToken)
    {
        var schedule = new MonitorSchedule(name, () => options.Get(name), monitor, memories, time, logger);
        void Count(string model, int rows) => schedule.Count(model, rows);
        metrics.PredictionsStored += Count;
        try
        {
            while (true)
            {
                var wait = LongestWait;
                try
                {
                    wait = await schedule.RunDueAsync(cancellationToken).ConfigureAwait(false) ?? LongestWait;
                }
#pragma warning disable CA1031 // the next round may go better
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    logger.MonitorFailed(e, name);
                }

                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            metrics.PredictionsStored -= Count;
        }
    }
}
