using System.Globalization;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Keeps metrics as those of runs: each dataset is an experiment, each point a finished run.</summary>
/// <remarks>A run that has started and not finished is one whose process died before its metrics were kept. It is not read, and adding the same point again finishes it.</remarks>
internal sealed class RunMetricHistory(IMetadataStore store) : IMetricHistory
{
    private const string Accepted = "mlops.validation.accepted";

    public async Task AddAsync(DatasetMetrics metrics, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        metrics = metrics with { Time = Kept(metrics.Time) };
        ArgumentException.ThrowIfNullOrWhiteSpace(metrics.Dataset, nameof(metrics));
        foreach (var name in metrics.Values.Keys) ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(metrics));

        var id = IdOf(metrics);
        if (await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false) is { Status: RunStatus.Finished }) return;
        await store.StartRunAsync(new(id, ExperimentOf(metrics.Dataset), metrics.Dataset, metrics.Time), cancellationToken).ConfigureAwait(false);
        await store.LogAsync(id, EntriesOf(metrics), cancellationToken).ConfigureAwait(false);
        await store.EndRunAsync(id, RunStatus.Finished, metrics.Time, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DatasetMetrics>> ReadAsync(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentException.ThrowIfNullOrWhiteSpace(query.Dataset, nameof(query));
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, RunChecks.MaxLimit, nameof(query));

        // The newest are listed first. When so many of them are too new that some could be missing, all that can be listed are.
        var listed = await ListAsync(query, query.Limit, cancellationToken).ConfigureAwait(false);
        var found = Before(listed, query.Before);
        if (found.Count < query.Limit && listed.Count == query.Limit)
            found = Before(await ListAsync(query, RunChecks.MaxLimit, cancellationToken).ConfigureAwait(false), query.Before);
        return [.. found.Take(query.Limit).Reverse().Select(r => PointOf(query.Dataset, r))];
    }

    private static List<Run> Before(IReadOnlyList<Run> runs, DateTimeOffset? time) => [.. runs.Where(r => time is null || r.StartedAt < Kept(time.Value))];

    // Stores keep times to the microsecond. Without this, a point would lie before itself.
    private static DateTimeOffset Kept(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    private static string ExperimentOf(string dataset) => $"validation/{dataset}";

    private static DatasetMetrics PointOf(string dataset, Run run) => new(dataset, run.StartedAt, run.Metrics.ToDictionary(m => m.Key, m => m.Value.Value, StringComparer.Ordinal))
    {
        Fingerprint = run.Inputs.Count > 0 ? run.Inputs[0].Fingerprint : null,
        IsAccepted = run.Tags.GetValueOrDefault(Accepted) != "false",
    };

    private static RunEntries EntriesOf(DatasetMetrics metrics) => new()
    {
        Metrics = [.. metrics.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new Metric(v.Key, v.Value, 0, metrics.Time))],
        Tags = new Dictionary<string, string> { [Accepted] = metrics.IsAccepted ? "true" : "false" },
        Inputs = metrics.Fingerprint is { } fingerprint ? [new(metrics.Dataset, fingerprint, "validation")] : [],
    };

    // The point names its run, so that adding it twice adds it once.
    private static string IdOf(DatasetMetrics metrics) =>
        Sha256.Hex(string.Create(CultureInfo.InvariantCulture, $"validation\0{metrics.Dataset}\0{metrics.Fingerprint}\0{metrics.Time.UtcTicks}"))[..32];

    private Task<IReadOnlyList<Run>> ListAsync(HistoryQuery query, int limit, CancellationToken cancellationToken) => store.ListRunsAsync(
        new()
        {
            Experiment = ExperimentOf(query.Dataset),
            Status = RunStatus.Finished,
            Tags = query.OnlyAccepted ? new Dictionary<string, string> { [Accepted] = "true" } : new Dictionary<string, string>(),
            Limit = limit,
        },
        cancellationToken);
}
