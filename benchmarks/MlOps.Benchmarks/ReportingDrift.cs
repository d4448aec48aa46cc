using System.Globalization;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Monitoring;
using MlOps.Statistics;
using Column = MlOps.Core.Column;

namespace MlOps.Benchmarks;

/// <summary>What does a drift report of 20 columns of numbers and 5 of categories cost, from rows and from a saved reference, against plain SciPy; and does its memory grow with the rows?</summary>
/// <remarks>
/// One thread, rows in memory, as Arrow batches and as arrays of NumPy and lists of texts; processor time of a pass. Ours makes every test, distance, moment and bin of the report; SciPy's makes the asymptotic Kolmogorov-Smirnov
/// test of each column of numbers, and counts each column of texts (Counter, the quickest there is) and makes the chi-square test.
/// </remarks>
internal static class ReportingDrift
{
    private const int Batch = 16_384;
    private const int Numbers = 20;
    private static readonly int[] Categories = [2, 5, 20, 100, 300];
    private static readonly PythonModule SciPy = new("scipy");

    private const string Script = """
        import sys, time, numpy as np
        from collections import Counter
        from scipy import stats
        rows = int(sys.argv[1])
        g = np.random.default_rng(20010501)
        names = [f"c{i:03}" for i in range(300)]
        def sample():
            return [g.standard_normal(rows) for _ in range(20)], [[names[i] for i in np.floor(k * g.random(rows) ** 2).astype(np.int64)] for k in (2, 5, 20, 100, 300)]
        (a, ca), (b, cb) = sample(), sample()
        times = []
        for _ in range(3):
            start = time.process_time()
            for x, y in zip(a, b): stats.ks_2samp(x, y, method='asymp')
            for x, y in zip(ca, cb):
                p, q = Counter(x), Counter(y)
                keys = list(p.keys() | q.keys())
                stats.chi2_contingency(np.array([[p[k] for k in keys], [q[k] for k in keys]]))
            times.append(time.process_time() - start)
        print(sorted(times)[1] * 1000)
        """;

    public static readonly Comparison[] Comparisons =
    [
        Of("drift-rows-100k", "drift report of 25 columns, 100k rows against 100k", 100_000, saved: false),
        Of("drift-rows-1m", "drift report of 25 columns, 1M rows against 1M", 1_000_000, saved: false),
        Of("drift-saved-100k", "the same against a saved reference, 100k rows", 100_000, saved: true),
        Of("drift-saved-1m", "the same against a saved reference, 1M rows", 1_000_000, saved: true),
        new(
            "drift-memory",
            "peak memory of a drift report against a saved reference",
            new("10M rows", () => MemoryAsync(10_000_000)),
            new("1M rows", () => MemoryAsync(1_000_000)),
            new("at most 1.10", (_, ratio) => ratio <= 1.1)),
    ];

    private static Comparison Of(string name, string question, int rows, bool saved) => new(
        name,
        question,
        new(saved ? "from the saved profile" : "from rows", () => OursAsync(rows, saved)),
        new("SciPy, from rows", () => Task.FromResult(new Measured(double.Parse(SciPy.Run(Script, rows.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture), "ms_cpu"))),
        new("at most 0.10", (_, ratio) => ratio <= 0.1))
    {
        LeftOut = () => SciPy.IsPresent ? null : "there is no python3 with SciPy (package python3-scipy)",
    };

    private static async Task<Measured> OursAsync(int rows, bool saved)
    {
        var (reference, current) = (Draw(rows, 1).ToList(), Draw(rows, 2).ToList());
        var bytes = (await FitAsync(reference)).ToBytes();
        return await Measured.WarmPassAsync(async () => Compare(saved ? DatasetProfile.FromBytes(bytes) : await FitAsync(reference), await FitAsync(current)));
    }

    private static async Task<Measured> MemoryAsync(int rows)
    {
        var reference = DatasetProfile.FromBytes((await FitAsync(Draw(100_000, 1))).ToBytes());
        Compare(reference, await FitAsync(Draw(rows, 2)));
        return Measured.PeakMemory();
    }

    private static Task<DatasetProfile> FitAsync(IEnumerable<RecordBatch> rows) => ReferenceProfiler.FitAsync(rows.ToAsyncEnumerable());

    private static void Compare(DatasetProfile reference, DatasetProfile current)
    {
        var changes = reference.Columns.Select(name => ColumnComparer.Compare(reference[name], current[name])).ToList();
        if (BenjaminiHochberg.Adjust([.. changes.SelectMany(c => new[] { c.PValue, c.MissingPValue, c.UnseenPValue })]).Any(p => p < 1e-6)) throw new InvalidOperationException("Nothing has changed.");
    }

    internal static IEnumerable<RecordBatch> Draw(int rows, int seed)
    {
        var random = new Random(seed);
        var names = Categories.Select(k => Enumerable.Range(0, k).Select(i => $"c{i:000}").ToArray()).ToArray();
        var schema = new DatasetSchema([.. Enumerable.Range(0, Numbers).Select(i => new Column($"n{i}", ColumnType.Float64)), .. Categories.Select(k => new Column($"c{k}", ColumnType.String))]).ToArrow();
        for (var at = 0; at < rows; at += Batch)
        {
            var count = Math.Min(Batch, rows - at);
            var columns = new List<IArrowArray>();
            for (var i = 0; i < Numbers; i++)
            {
                var builder = new DoubleArray.Builder().Reserve(count);
                for (var row = 0; row < count; row++) builder.Append(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
                columns.Add(builder.Build());
            }

            foreach (var category in names)
            {
                var builder = new StringArray.Builder().Reserve(count);
                for (var row = 0; row < count; row++) builder.Append(category[(int)(category.Length * Math.Pow(random.NextDouble(), 2))]);
                columns.Add(builder.Build());
            }

            yield return new(schema, columns, count);
        }
    }
}
