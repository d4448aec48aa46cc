using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Finds where the series of serving and of versions changed, and what is beyond its limit. Pure arithmetic.</summary>
internal static class OperationsJudge
{
    private const string Throughput = "throughput";

    private static readonly (string Name, Func<ChunkOperations, double> Value)[] Served =
    [
        ("latency_p50", c => c.LatencyP50),
        ("latency_p95", c => c.LatencyP95),
        ("latency_p99", c => c.LatencyP99),
        (Throughput, c => c.RowsPerSecond),
        ("error_share", c => c.ErrorShare),
    ];

    /// <summary>Looks for a change in each series that is long enough.</summary>
    public static IReadOnlyList<OperationsChange> FindChanges(IReadOnlyList<VersionOperations> versions, IReadOnlyList<VersionCost> costs, OperationsOptions options)
    {
        var found = new List<OperationsChange>();
        foreach (var version in versions)
        {
            var chunks = version.Chunks.Where(c => c.Rows + c.FailedRows >= options.MinRows).ToList();
            foreach (var (name, value) in Served) Look(name, version.Version, [.. chunks.Select(c => c.Chunk)], [.. chunks.Select(value)]);
        }

        Look("training_time", null, [.. costs.Select(c => c.Version)], [.. costs.Select(c => c.TrainingSeconds)]);
        Look("memory", null, [.. costs.Select(c => c.Version)], [.. costs.Select(c => c.MemoryBytes)]);
        var adjusted = BenjaminiHochberg.Adjust([.. found.Select(f => f.PValue)]);
        return [.. found.Select((f, i) => f with { PValue = adjusted[i], IsAlarm = adjusted[i] <= options.Significance && IsWorse(f) && IsLarge(f, options) })];

        void Look(string series, int? version, int[] places, double[] values)
        {
            var change = ChangePoint.Find(values);
            if (change.Index > 0) found.Add(new(series, version, places[change.Index], change.Before, change.After, change.PValue, false));
        }
    }

    /// <summary>Gives the alarms.</summary>
    public static IEnumerable<Alarm> Alarms(OperationsReport report, IReadOnlyList<Chunk> chunks, int version, OperationsOptions options)
    {
        foreach (var served in report.Versions)
        {
            foreach (var chunk in served.Chunks.Where(c => c.Rows + c.FailedRows >= options.MinRows))
            {
                if (chunk.ErrorShare > options.MaxErrorShare)
                {
                    yield return Beyond("error_share", AlarmSeverity.Critical, chunk.ErrorShare, options.MaxErrorShare, string.Create(CultureInfo.InvariantCulture, $"{chunk.ErrorShare:P1} of the predictions of version {served.Version} failed; at most {options.MaxErrorShare:P1} may."))
                        with
                    { Chunk = chunks[chunk.Chunk] };
                }

                if (chunk.LatencyP99 > options.MaxLatency?.TotalSeconds)
                {
                    yield return Beyond("latency_p99", AlarmSeverity.Warning, chunk.LatencyP99, options.MaxLatency.Value.TotalSeconds, string.Create(CultureInfo.InvariantCulture, $"99 of a hundred predictions of version {served.Version} took at most {chunk.LatencyP99 * 1000:0.###} ms; {options.MaxLatency.Value.TotalMilliseconds:0.###} ms are allowed."))
                        with
                    { Chunk = chunks[chunk.Chunk] };
                }
            }
        }

        if (report.Costs.FirstOrDefault(c => c.Version == version) is { } cost && cost.TrainingSeconds > options.MaxTrainingTime?.TotalSeconds)
            yield return Beyond("training_time", AlarmSeverity.Warning, cost.TrainingSeconds, options.MaxTrainingTime.Value.TotalSeconds, string.Create(CultureInfo.InvariantCulture, $"The training of version {version} took {cost.TrainingSeconds:0.#} s; {options.MaxTrainingTime.Value.TotalSeconds:0.#} s are allowed."));
        foreach (var change in report.Changes.Where(c => c.IsAlarm)) yield return Changed(change, chunks);
    }

    private static bool IsWorse(OperationsChange change) => change.Series == Throughput ? change.After < change.Before : change.After > change.Before;

    // From nothing to something is always large.
    private static bool IsLarge(OperationsChange change, OperationsOptions options) => Math.Abs(change.After - change.Before) >= options.MinChange * Math.Abs(change.Before);

    private static Alarm Beyond(string subject, AlarmSeverity severity, double value, double limit, string sentence) =>
        new(OperationsCheck.CheckName, AlarmKind.Operations, severity, subject, sentence) { Direction = "up", Value = value, Threshold = limit };

    private static Alarm Changed(OperationsChange change, IReadOnlyList<Chunk> chunks)
    {
        var what = change.Version is { } version ? $"version {version}, from chunk {change.At} on" : $"the model, from version {change.At} on";
        var sentence = string.Create(CultureInfo.InvariantCulture, $"Changed for {what}: {change.Before:0.####} before, {change.After:0.####} since (p {change.PValue:0.####}).");
        return new(OperationsCheck.CheckName, AlarmKind.Operations, change.Series == Throughput ? AlarmSeverity.Information : AlarmSeverity.Warning, change.Series, sentence)
        {
            Chunk = change.Version is null ? null : chunks[change.At],
            Direction = change.After > change.Before ? "up" : "down",
            Statistic = "change_point",
            Value = change.After,
            Reference = change.Before,
            PValue = change.PValue,
        };
    }
}
