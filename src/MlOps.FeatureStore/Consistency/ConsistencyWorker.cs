using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>Checks again and again what models were served, where the options say so, each time what came since the last report. What fails is logged and tried again the next time.</summary>
internal sealed class ConsistencyWorker(
    IServiceProvider services, FileConsistencyReports reports, TimeProvider time, IOptions<ConsistencyOptions> options, ILogger<ConsistencyWorker> logger) : BackgroundService
{
    // After a long stop the host does not read the log of all that time.
    private const int MostIntervals = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Interval is not { } interval || options.Value.Checks.Count == 0) return;
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var check in options.Value.Checks) await RunAsync(check, interval, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(ScheduledConsistencyCheck check, TimeSpan interval, CancellationToken cancellationToken)
    {
        try
        {
            var to = time.GetUtcNow() - options.Value.Delay;
            var last = (await reports.ListAsync(check.Model, int.MaxValue, cancellationToken).ConfigureAwait(false)).FirstOrDefault(r => r.Query.Service == check.Service);
            var oldest = to - (interval * MostIntervals);
            var from = last is null ? to - interval : last.Query.To > oldest ? last.Query.To : oldest;
            if (from >= to) return;
            var query = new ConsistencyQuery(check.Model, check.Service, from, to) { Share = check.Share, Limit = check.Limit, AlarmShare = check.AlarmShare, TimeColumn = check.TimeColumn };
            var report = await services.GetRequiredService<IFeatureConsistency>().CheckAsync(query, cancellationToken).ConfigureAwait(false);
            await reports.WriteAsync(report, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.ConsistencyNotChecked(e, check.Model, check.Service);
        }
    }
}
