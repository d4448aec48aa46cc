using System.Globalization;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using MlOps.DataValidation;

namespace MlOps.Benchmarks;

/// <summary>What does the full profile of numbers in memory cost against the aggregates of DuckDB, and against describe of pandas, over the same numbers in their memory?</summary>
/// <remarks>Counted is the processor time of all threads in a warm pass; filling the memory is not counted. Ours counts different values and frequent ones, moments and histograms, which pandas does not.</remarks>
internal static class ProfilingNumbers
{
    private const string Question = "Full profile of 3M x 16 doubles in memory, processor time";

    private static readonly Side Ours = new("Profiler", ProfileAsync);

    public static readonly Comparison[] Comparisons =
    [
        new("profile-memory", Question, Ours, new("DuckDB aggregates", AggregateAsync), new("at most 0.05", (_, ratio) => ratio <= 0.05)),
        new("profile-pandas", Question, Ours, new("pandas describe(include=\"all\")", DescribeAsync), new("at most 0.10", (_, ratio) => ratio <= 0.1))
        {
            LeftOut = () => Pandas.IsPresent ? null : "there is no python3 with pandas",
        },
    ];

    private static async Task<Measured> ProfileAsync()
    {
        var batches = NumberTable.Batches();
        return await Measured.WarmPassAsync(async () =>
        {
            var profile = await new Profiler().ProfileAsync(batches.ToAsyncEnumerable());
            foreach (var name in profile.Columns)
            {
                var numbers = profile[name].Numbers!;
                Console.WriteLine($"{name}: {numbers.Count}, {numbers.Mean}, {numbers.SampleStandardDeviation}, {numbers.Min}, {numbers.Quantile(0.25)}, {numbers.Quantile(0.5)}, {numbers.Quantile(0.75)}, {numbers.Max}, {profile[name].Distinct.Value}");
            }
        });
    }

    private static async Task<Measured> AggregateAsync()
    {
        using var connection = Duck.Open();
        Duck.Run(connection, $"CREATE TABLE numbers ({string.Join(", ", NumberTable.Names.Select(n => n + " DOUBLE"))})");
        Fill(connection);
        var aggregates = NumberTable.Names.Select(n =>
            $"count({n}), avg({n}), stddev_samp({n}), min({n}), approx_quantile({n}, [0.25, 0.5, 0.75]), max({n}), approx_count_distinct({n})");
        var sql = $"SELECT {string.Join(", ", aggregates)} FROM numbers";
        return await Measured.WarmPassAsync(() => Task.FromResult(Duck.Run(connection, sql)));
    }

    private static void Fill(DuckDBConnection connection)
    {
        var columns = Enumerable.Range(0, NumberTable.Columns).Select(NumberTable.Bytes).ToArray();
        using var appender = connection.CreateAppender("numbers");
        for (var at = 0; at < NumberTable.Rows; at++)
        {
            var row = appender.CreateRow();
            foreach (var column in columns) row.AppendValue(MemoryMarshal.Cast<byte, double>(column)[at]);
            row.EndRow();
        }
    }

    private static Task<Measured> DescribeAsync()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "numbers.f64");
        using (var file = File.Create(path))
        {
            for (var column = 0; column < NumberTable.Columns; column++) file.Write(NumberTable.Bytes(column));
        }

        const string script = """
            import sys, time, numpy, pandas
            frame = pandas.DataFrame(numpy.fromfile(sys.argv[1]).reshape(int(sys.argv[2]), -1).T)
            passes = []
            for _ in range(7):
                start = time.process_time()
                print(frame.describe(include="all"), file=sys.stderr)
                passes.append((time.process_time() - start) * 1000)
            print(sorted(passes[2:])[2])
            """;
        var output = Pandas.Run(script, path, NumberTable.Columns.ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(new Measured(double.Parse(output, CultureInfo.InvariantCulture), "ms_cpu"));
    }
}
