using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Remembers the last runs of each monitor.</summary>
internal sealed class RunHistory(MonitorMemories memories, MonitoringMetrics metrics, TimeProvider time, ILogger<RunHistory> logger)
{
    private const int Most = 50;
    private const int MostText = 1_000;

    public async Task<IReadOnlyList<MonitorRun>> ListAsync(string monitor, CancellationToken cancellationToken) =>
        (await memories.ReadAsync<List<MonitorRun>>(KeyOf(monitor), cancellationToken).ConfigureAwait(false)) ?? [];

    /// <summary>Does a run and remembers it, also one that fails. A run that is cancelled is none.</summary>
    public async Task<MonitorResult> RecordAsync(string monitor, DateTimeOffset from, DateTimeOffset to, Func<Task<MonitorResult>> run, CancellationToken cancellationToken)
    {
        var (startedAt, started) = (time.GetUtcNow(), time.GetTimestamp());
        MonitorRun Of(MonitorResult? result, string? error) => new(
            monitor, from, to, startedAt, time.GetElapsedTime(started), result?.Report.Version, result?.Report.Rows ?? 0, result?.Report.Alarms.Count ?? 0,
            [.. (result?.Triggers ?? []).Select(t => Cut($"{t.Pipeline}: {t.Status}. {t.Reason}"))], error is null ? null : Cut(error));
        try
        {
            var result = await run().ConfigureAwait(false);
            await AddAsync(Of(result, null), cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not ArgumentException)
        {
            await AddAsync(Of(null, e.Message), cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task AddAsync(MonitorRun run, CancellationToken cancellationToken)
    {
        metrics.MonitorRan(run.Monitor, run.Error is null ? "finished" : "failed", run.Duration);
        try
        {
            await memories.ChangeAsync<List<MonitorRun>>(KeyOf(run.Monitor), runs => [run, .. (runs ?? []).Take(Most - 1)], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            logger.RunNotRemembered(e, run.Monitor);
        }
    }

    public static string KeyOf(string monitor) => MonitorMemories.KeyOf("runs/", monitor);

    private static string Cut(string text) => text.Length <= MostText ? text : text[..MostText];
}
