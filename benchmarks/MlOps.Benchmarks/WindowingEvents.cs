using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.FeatureStore;
using Column = MlOps.Core.Column;

namespace MlOps.Benchmarks;

/// <summary>Windows of 1 h, 24 h and 7 d over five million events of 10,000 entities, as of each event: count, sum, mean and largest of one column. By the local engine, and by DuckDB's window functions.</summary>
/// <remarks>
/// Both sides have the events in memory and are measured by the processor time of their second pass, the sums of all results included. DuckDB's frames are RANGE BETWEEN an interval PRECEDING AND CURRENT ROW: they do not
/// round the beginning to a hop, and their sums are not exact, so that it has less to do.
/// </remarks>
internal static class WindowingEvents
{
    private const int Events = 5_000_000;
    private const int Entities = 10_000;
    private const int BatchRows = 65_536;
    private const long Span = 30L * 24 * 3600 * 1_000_000;

    private static readonly (string Name, TimeSpan Length)[] Windows = [("h1", TimeSpan.FromHours(1)), ("h24", TimeSpan.FromHours(24)), ("d7", TimeSpan.FromDays(7))];

    public static readonly Comparison[] Comparisons =
    [
        Against("windows", "12 windowed aggregates (count, sum, mean, max over 1 h, 24 h, 7 d) of 5M events, as of each", AggregationKind.Count, AggregationKind.Sum, AggregationKind.Mean, AggregationKind.Max),
        Against("windows-sum", "3 windowed sums (1 h, 24 h, 7 d) of 5M events, as of each", AggregationKind.Sum),
        Against("windows-max", "3 windowed maxima (1 h, 24 h, 7 d) of 5M events, as of each", AggregationKind.Max),
        new(
            "windows-growth",
            "12 windowed aggregates of ten times as many events and rows",
            new("5M events", () => OursAsync(Events, AggregationKind.Count, AggregationKind.Sum, AggregationKind.Mean, AggregationKind.Max)),
            new("500k events", () => OursAsync(Events / 10, AggregationKind.Count, AggregationKind.Sum, AggregationKind.Mean, AggregationKind.Max)),
            new("at most 12", (_, ratio) => ratio <= 12)),
        new(
            "windows-spill",
            "3 windowed sums of 5M events, by way of files",
            new("64 MB of memory", () => OursAsync(Events, 64L << 20, AggregationKind.Sum)),
            new("1 GB of memory", () => OursAsync(Events, AggregationKind.Sum)),
            new("none", (_, _) => true)),
        new(
            "windows-spill-peak",
            "Peak memory of that, the source in memory included",
            new("64 MB of memory", () => PeakAsync(64L << 20)),
            new("1 GB of memory", () => PeakAsync(1L << 30)),
            new("none", (_, _) => true)),
    ];

    private static Comparison Against(string name, string question, params AggregationKind[] kinds) => new(
        name, question, new("local engine", () => OursAsync(Events, kinds)), new("DuckDB", () => DuckAsync(kinds)), new("less processor time", (_, ratio) => ratio < 1));

    private static Task<Measured> OursAsync(int events, params AggregationKind[] kinds) => OursAsync(events, 1L << 30, kinds);

    private static async Task<Measured> PeakAsync(long memory)
    {
        await OursAsync(Events, memory, AggregationKind.Sum);
        return Measured.PeakMemory();
    }

    private static async Task<Measured> OursAsync(int events, long memory, params AggregationKind[] kinds)
    {
        using var source = new Table(events);
        var view = new FeatureView
        {
            Name = "events",
            Entities = [new("entity", [new("id", ColumnType.Int64)])],
            Source = FeatureSource.Pushed(),
            EventTime = "at",
            Features =
            [
                .. Windows.SelectMany(w => kinds.Select(k => new Feature($"{k}_{w.Name}", k == AggregationKind.Count ? ColumnType.Int64 : ColumnType.Float64) { Column = "value", Aggregation = new(k, w.Length) })),
            ],
        };
        var options = Options.Create(new LocalJoinOptions { MemoryBudget = memory });
        var engine = new WindowJoin(source, new(null!, [], options), options);
        var join = new PointInTimeJoin(EntityRows.Of(source), "at", [new(view, ["id"], view.Features, 0)], CreatedBeforeRow: false, new());
        return await Measured.SecondPassAsync(async () =>
        {
            var sums = new double[view.Features.Count];
            await foreach (var batch in engine.JoinAsync(join, CancellationToken.None))
            {
                for (var f = 0; f < sums.Length; f++) sums[f] += SumOf(batch.Column(2 + f));
            }

            Console.WriteLine(string.Join(' ', sums));
        });
    }

    private static double SumOf(IArrowArray array)
    {
        var sum = 0.0;
        if (array is Int64Array integers)
        {
            foreach (var value in integers.Values) sum += value;
        }
        else
        {
            foreach (var value in ((DoubleArray)array).Values) sum += value;
        }

        return sum;
    }

    private static Task<Measured> DuckAsync(AggregationKind[] kinds)
    {
        using var connection = Duck.Open();
        Duck.Run(connection, "CREATE TABLE events (id BIGINT, ts TIMESTAMP, value DOUBLE)");
        using (var appender = connection.CreateAppender("events"))
        {
            var (ids, times, values) = Made(Events);
            for (var i = 0; i < Events; i++) appender.CreateRow().AppendValue(ids[i]).AppendValue(DateTime.UnixEpoch.AddMicroseconds(times[i])).AppendValue(values[i]).EndRow();
        }

        var results = Windows.SelectMany(w => kinds.Select(k => $"{(k == AggregationKind.Mean ? "avg" : k.ToString().ToLowerInvariant())}(value) OVER {w.Name} AS {k}_{w.Name}")).ToList();
        var sums = Windows.SelectMany(w => kinds.Select(k => $"sum({k}_{w.Name})"));
        var frames = Windows.Select(w => $"{w.Name} AS (PARTITION BY id ORDER BY ts RANGE BETWEEN INTERVAL {(int)w.Length.TotalHours} HOURS PRECEDING AND CURRENT ROW)");
        var sql = $"SELECT {string.Join(", ", sums)} FROM (SELECT {string.Join(", ", results)} FROM events WINDOW {string.Join(", ", frames)})";
        return Measured.SecondPassAsync(() =>
        {
            Console.WriteLine(Duck.Run(connection, sql));
            return Task.CompletedTask;
        });
    }

    private static (long[] Ids, long[] Times, double[] Values) Made(int events)
    {
        var random = new Random(17);
        var (ids, times, values) = (new long[events], new long[events], new double[events]);
        for (var i = 0; i < events; i++) (ids[i], times[i], values[i]) = (random.Next(Entities), random.NextInt64(Span), Math.Round(random.NextDouble() * 100, 2));
        return (ids, times, values);
    }

    /// <summary>The events in memory, also as the rows that ask.</summary>
    private sealed class Table : IEventReader, IReplayableRows, IDisposable
    {
        private static readonly DatasetSchema Asked = new([new Column("id", ColumnType.Int64), new("at", ColumnType.Timestamp)]);
        private static readonly DatasetSchema Seen = new([new Column("id", ColumnType.Int64), new(EventColumns.EventTime, ColumnType.Timestamp), new("value", ColumnType.Float64)]);
        private readonly Int64Array _ids;
        private readonly TimestampArray _times;
        private readonly DoubleArray _values;

        public Table(int events)
        {
            var (ids, times, values) = Made(events);
            _ids = new(Bytes(ids), ArrowBuffer.Empty, events, 0, 0);
            _times = new((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp), Bytes(times), ArrowBuffer.Empty, events, 0, 0);
            _values = new(Bytes(values), ArrowBuffer.Empty, events, 0, 0);
        }

        public void Dispose()
        {
            _ids.Dispose();
            _times.Dispose();
            _values.Dispose();
        }

        public DatasetSchema Schema => Asked;

        public long RowCount => _ids.Length;

        public Task<FeatureView> PinAsync(FeatureView view, CancellationToken cancellationToken) => Task.FromResult(view);

        public Task<DatasetSchema> GetSchemaAsync(FeatureView view, IReadOnlyList<Feature>? features, CancellationToken cancellationToken) => Task.FromResult(Seen);

        public IAsyncEnumerable<RecordBatch> ReadAsync(FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, CancellationToken cancellationToken) => Batches(Seen, [_ids, _times, _values], cancellationToken);

        public IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string>? columns, CancellationToken cancellationToken) =>
            columns is null ? Batches(Asked, [_ids, _times], cancellationToken) : Batches(new(columns.Select(c => Asked[c])), [.. columns.Select(c => c == "id" ? (Apache.Arrow.Array)_ids : _times)], cancellationToken);

        public IAsyncEnumerator<RecordBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(null, cancellationToken).GetAsyncEnumerator(cancellationToken);

        private static ArrowBuffer Bytes<T>(T[] values)
            where T : struct => new(MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

        private static async IAsyncEnumerable<RecordBatch> Batches(DatasetSchema schema, Apache.Arrow.Array[] columns, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            var arrow = schema.ToArrow();
            for (var first = 0; first < columns[0].Length; first += BatchRows)
            {
                var rows = Math.Min(BatchRows, columns[0].Length - first);
                yield return new(arrow, columns.Select(c => c.Slice(first, rows)), rows);
            }
        }
    }
}
