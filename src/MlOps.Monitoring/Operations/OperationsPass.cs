using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Looks at how the predictions of a window were served.</summary>
internal sealed class OperationsPass(MonitorContext context, OperationsOptions options, IReadOnlyList<VersionCost> costs, MonitoringMetrics metrics) : IMonitorPass
{
    private readonly Dictionary<(int Version, int Chunk), Served> _served = [];
    private readonly bool _timesBatches = context.Options.Variants.Contains(PredictionVariants.Batch);

    public void Add(MonitorBatch batch)
    {
        AddRows(batch.Chunk, batch.Rows, failed: false);
        if (batch.Failed is not null) AddRows(batch.Chunk, batch.Failed, failed: true);
    }

    public ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var versions = _served.Keys.Select(k => k.Version).Distinct().Order().Select(v => new VersionOperations(v, [.. chunks.Select(c => Of(v, c))])).ToList();
        var changes = OperationsJudge.FindChanges(versions, costs, options);
        var report = new OperationsReport(versions, costs) { Changes = changes };
        Measure(versions);
        return new(report with { Summary = Summarise(report), Alarms = [.. OperationsJudge.Alarms(report, chunks, context.Version.Version, options).OrderByDescending(a => a.Severity)] });
    }

    public void Dispose()
    {
    }

    private static string Summarise(OperationsReport report)
    {
        var all = report.Versions.SelectMany(v => v.Chunks).ToList();
        var (rows, failed) = (all.Sum(c => c.Rows), all.Sum(c => c.FailedRows));
        if (rows + failed == 0) return "No predictions in the window were served.";
        var slowest = all.Where(c => !double.IsNaN(c.LatencyP99)).Select(c => c.LatencyP99).DefaultIfEmpty(double.NaN).Max();
        var latency = double.IsNaN(slowest) ? "the latency was not logged" : string.Create(CultureInfo.InvariantCulture, $"99 of a hundred took at most {slowest * 1000:0.###} ms in the slowest chunk");
        return string.Create(CultureInfo.InvariantCulture, $"{rows:N0} predictions of {report.Versions.Count} version{(report.Versions.Count == 1 ? "" : "s")} were served, {(double)failed / (rows + failed):P1} of all failed; {latency}.");
    }

    private ChunkOperations Of(int version, Chunk chunk)
    {
        var served = _served.GetValueOrDefault((version, chunk.Number)) ?? new();
        var seconds = (chunk.To - chunk.From).TotalSeconds;
        return new(
            chunk.Number, served.Rows, served.Failed, seconds > 0 ? (served.Rows + served.Failed) / seconds : double.NaN,
            served.Latencies.Quantile(0.5), served.Latencies.Quantile(0.95), served.Latencies.Quantile(0.99));
    }

    private void AddRows(int chunk, RecordBatch rows, bool failed)
    {
        var versions = ColumnReader.Find(rows, PredictionColumns.Version) as Int64Array;
        var latencies = failed ? null : ColumnReader.Find(rows, PredictionColumns.Latency);
        var ids = ColumnReader.Find(rows, PredictionColumns.Id) as StringArray;
        var times = ColumnReader.Find(rows, PredictionColumns.Time) as TimestampArray;
        var variants = ColumnReader.Find(rows, PredictionColumns.Variant) as StringArray;
        for (var row = 0; row < rows.Length; row++)
        {
            var version = versions is null || versions.IsNull(row) ? context.Version.Version : (int)versions.GetValue(row)!.Value;
            if (!_served.TryGetValue((version, chunk), out var served)) _served[(version, chunk)] = served = new();
            if (failed) served.Failed++;
            else served.Rows++;
            // How long thousands of rows of a dataset took says nothing of requests.
            if (!_timesBatches && variants.IsBatch(row)) continue;
            if (latencies is not null && !IsSameRequest(ids, times, latencies, row)) served.Latencies.Add(ColumnReader.Number(latencies, row));
        }
    }

    // The latency is that of a request: it counts once, however many rows were asked for. Row i of it is called id/i.
    private static bool IsSameRequest(StringArray? ids, TimestampArray? times, IArrowArray latencies, int row) =>
        row > 0 && ids is not null && times is not null
        && times.GetValue(row) == times.GetValue(row - 1) && ColumnReader.Number(latencies, row) == ColumnReader.Number(latencies, row - 1)
        && RequestOf(ids.GetBytes(row)) is { Length: > 0 } request && request.SequenceEqual(RequestOf(ids.GetBytes(row - 1)));

    private static ReadOnlySpan<byte> RequestOf(ReadOnlySpan<byte> id) => id.LastIndexOf((byte)'/') is var slash and > 0 ? id[..slash] : [];

    private void Measure(List<VersionOperations> versions)
    {
        foreach (var version in versions)
        {
            if (version.Chunks.LastOrDefault(c => c.Rows > 0) is not { } last) continue;
            var name = version.Version.ToString(CultureInfo.InvariantCulture);
            metrics.Latency(context.Version.Model, name, "0.5", last.LatencyP50);
            metrics.Latency(context.Version.Model, name, "0.95", last.LatencyP95);
            metrics.Latency(context.Version.Model, name, "0.99", last.LatencyP99);
        }
    }

    private sealed class Served
    {
        public long Rows { get; set; }

        public long Failed { get; set; }

        public LatencyHistogram Latencies { get; } = new();
    }
}
