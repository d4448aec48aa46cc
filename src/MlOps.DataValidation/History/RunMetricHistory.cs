using System.Globalization;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Keeps metrics as those of runs: each dataset is an experiment, each point a finished run.</summary>
/// <remarks>A run that has started and not finished is one whose process died before its metrics were kept. It is not read, and adding the same point again finishes it.</remarks>
internal sealed class RunMetricHistory(IMetadataStore store) : IMetricHistory
{
    private const int MaxLimit = 10_000;
    private const string Accepted = "mlops.validation.accepted";

    public async Task AddAsync(DatasetMetrics metrics, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        metrics = metrics with { Time = Kept(metrics.Time) };
        ArgumentException.ThrowIfNullOrWhiteSpace(metrics.Dataset, nameof(metrics));
        foreach (var name in metrics.Values.Keys) ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(metrics));

        var id = IdOf(metrics);
        if (await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false) is { Status: RunStatus.Finished } kept)
        {
            if (metrics.IsAccepted && !IsAccepted(kept)) await store.LogAsync(id, new() { Tags = new Dictionary<string, string> { [Accepted] = "true" } }, cancellationToken).ConfigureAwait(false);
            return;
        }

        await store.StartRunAsync(new(id, ExperimentOf(metrics.Dataset), metrics.Dataset, metrics.Time), cancellationToken).ConfigureAwait(false);
        await store.LogAsync(id, EntriesOf(metrics), cancellationToken).ConfigureAwait(false);
        await store.EndRunAsync(id, RunStatus.Finished, metrics.Time, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DatasetMetrics>> ReadAsync(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentException.ThrowIfNullOrWhiteSpace(query.Dataset, nameof(query));
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));

        // The newest are listed first. What lies within the millisecond that the filter lets pass is sorted out here.
        List<DatasetMetrics> found = [];
        for (string? after = null; ;)
        {
            var page = await SearchAsync(query, after, cancellationToken).ConfigureAwait(false);
            found.AddRange(page.Items.Where(r => query.Before is not { } time || r.StartedAt < Kept(time)).Select(r => PointOf(query.Dataset, r)).Take(query.Limit - found.Count));
            after = page.Next;
            if (after is null || found.Count == query.Limit) break;
        }

        found.Reverse();
        return found;
    }

    // Stores keep times to the microsecond. Without this, a point would lie before itself.
    private static DateTimeOffset Kept(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    private static string ExperimentOf(string dataset) => $"validation/{dataset}";

    private static DatasetMetrics PointOf(string dataset, Run run) => new(dataset, run.StartedAt, run.Metrics.ToDictionary(m => m.Key, m => m.Value.Value, StringComparer.Ordinal))
    {
        Fingerprint = run.Inputs.Count > 0 ? run.Inputs[0].Fingerprint : null,
        IsAccepted = IsAccepted(run),
    };

    private static bool IsAccepted(Run run) => run.Tags.GetValueOrDefault(Accepted) != "false";

    private static RunEntries EntriesOf(DatasetMetrics metrics) => new()
    {
        Metrics = [.. metrics.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new Metric(v.Key, v.Value, 0, metrics.Time))],
        Tags = new Dictionary<string, string> { [Accepted] = metrics.IsAccepted ? "true" : "false" },
        Inputs = metrics.Fingerprint is { } fingerprint ? [new(metrics.Dataset, fingerprint, "validation")] : [],
    };

    // The point names its run, so that adding it twice adds it once.
    private static string IdOf(DatasetMetrics metrics) =>
        Sha256.Hex(string.Create(CultureInfo.InvariantCulture, $"validation\0{metrics.Dataset}\0{metrics.Fingerprint}\0{metrics.Time.UtcTicks}"))[..32];

    private Task<Page<Run>> SearchAsync(HistoryQuery query, string? after, CancellationToken cancellationToken) => store.SearchRunsAsync(
        new()
        {
            Experiment = ExperimentOf(query.Dataset),
            Status = RunStatus.Finished,
            Tags = query.OnlyAccepted ? new Dictionary<string, string> { [Accepted] = "true" } : new Dictionary<string, string>(),
            Filter = query.Before is { } time ? string.Create(CultureInfo.InvariantCulture, $"start_time <= {time.ToUnixTimeMilliseconds()}") : null,
            Limit = query.Limit,
            After = after,
            Parts = RunParts.Metrics | RunParts.Tags | RunParts.Inputs,
            MetricNames = query.Metrics,
        },
        cancellationToken);
}
