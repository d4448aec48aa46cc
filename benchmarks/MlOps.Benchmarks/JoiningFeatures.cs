using System.Diagnostics;
using System.Globalization;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to give a million rows their features as of their own times, against DuckDB and pandas on the same snapshots?</summary>
/// <remarks>
/// Counted is the processor time of all threads in the whole life of the process, start, compilation and reading of the files included. Every side must give the same sums; the program ends with an error when one does not.
/// DuckDB and pandas only sum up what they join; ours hands all rows out.
/// </remarks>
internal static class JoiningFeatures
{
    private static readonly JoinData Few = new(10_000, 5_000_000);
    private static readonly JoinData Many = new(1_000_000, 5_000_000);
    private static readonly JoinData Long = new(1_000_000, 50_000_000);

    public static readonly Comparison[] Comparisons =
    [
        Against("join-asof-10k", Few, 1, "DuckDB ASOF JOIN with max_by", AsofAsync, 1.5),
        Against("join-asof-1m", Many, 1, "DuckDB ASOF JOIN with max_by", AsofAsync, 1.5),
        Against("join-asof-10k-five", Few, 5, "DuckDB ASOF JOIN with max_by", AsofAsync, 1.5),
        Against("join-asof-1m-five", Many, 5, "DuckDB ASOF JOIN with max_by", AsofAsync, 1.5),
        Against("join-rows-10k", Few, 1, "DuckDB row_number", RowNumberAsync, 5),
        Against("join-rows-1m", Many, 1, "DuckDB row_number", RowNumberAsync, 5),
        Against("join-pandas-10k", Few, 1, "pandas merge_asof", PandasAsync, 10) with { LeftOut = WithoutPandas },
        Against("join-pandas-1m", Many, 1, "pandas merge_asof", PandasAsync, 10) with { LeftOut = WithoutPandas },
        new("join-growth", "1M rows with 50M events of 1M entities, processor time", Side(Long, 1), Side(Many, 1) with { Description = "5M events" }, new("about 10", (_, ratio) => ratio <= 11)),
        new("join-peak", "Peak memory of that", new("50M events", () => PeakAsync(Long, 1)), new("5M events", () => PeakAsync(Many, 1)), new("none", (_, _) => true)),
        new("join-peak-asof", "Peak memory of 1M rows with 5M events of 1M entities", new("own join", () => PeakAsync(Many, 1)), new("DuckDB ASOF JOIN with max_by", () => PeakAsofAsync(Many, 1)), new("none", (_, _) => true)),
        new("join-spill", "1M rows with five views of 5M events of 1M entities, processor time", new("32 MB of memory", () => OursAsync(Many, 5, 32L << 20)), new("1 GB of memory", () => OursAsync(Many, 5)), new("none", (_, _) => true)),
    ];

    private static Comparison Against(string name, JoinData data, int views, string baseline, Func<JoinData, int, Task<Measured>> run, double factor) => new(
        name,
        string.Create(CultureInfo.InvariantCulture, $"1M rows with {(views == 1 ? "5M events" : "five views of 5M events")} of {data.Entities:#,0} entities, processor time"),
        Side(data, views),
        new(baseline, () => run(data, views)),
        new(string.Create(CultureInfo.InvariantCulture, $"at most {1 / factor:0.###}"), (_, ratio) => ratio <= 1 / factor));

    private static Side Side(JoinData data, int views) => new("own join", () => OursAsync(data, views));

    private static async Task<Measured> OursAsync(JoinData data, int views, long? memory = null)
    {
        await JoinAsync(data, views, memory);
        return Whole();
    }

    private static async Task<Measured> PeakAsync(JoinData data, int views)
    {
        await JoinAsync(data, views, null);
        return Measured.PeakMemory();
    }

    private static async Task<Measured> PeakAsofAsync(JoinData data, int views)
    {
        await AsofAsync(data, views);
        return Measured.PeakMemory();
    }

    private static async Task JoinAsync(JoinData data, int views, long? memory)
    {
        var rows = await data.RowsAsync();
        var events = new List<Dataset>();
        for (var i = 0; i < views; i++) events.Add(await data.EventsAsync(i));
        await using var services = JoinData.Open(events, memory);
        var query = new TrainingSetQuery
        {
            Rows = EntityRows.Of(rows),
            TimeColumn = "time",
            Features = [.. Enumerable.Range(0, views).SelectMany(v => JoinData.Names.Select(n => $"view{v}:{n}"))],
            FullNames = true,
        };
        var (matched, sum) = (0L, 0.0);
        await foreach (var batch in services.GetRequiredService<ITrainingSets>().ReadAsync(query))
        {
            foreach (var column in batch.Arrays.Skip(rows.Schema.Count).Cast<Apache.Arrow.DoubleArray>())
            {
                matched += column.Length - column.NullCount;
                var values = column.Values;
                for (var i = 0; i < values.Length; i++)
                {
                    if (column.IsValid(i)) sum += values[i];
                }
            }
        }

        await CheckAsync(data, views, matched, sum);
    }

    private static async Task<Measured> AsofAsync(JoinData data, int views)
    {
        var (rows, events) = await FilesAsync(data, views);
        var selects = events.Select((file, i) => $"""
            SELECT {Values("d")}
            FROM read_parquet('{rows}') AS r
            ASOF LEFT JOIN
            (
                SELECT entity, happened, {string.Join(", ", JoinData.Names.Select(n => $"max_by({n}, created) AS {n}"))}
                FROM read_parquet('{file}')
                GROUP BY entity, happened
            ) AS d ON r.entity = d.entity AND r.time >= d.happened
            """);
        return await SumAsync(data, views, selects);

        static string Values(string table) => string.Join(", ", JoinData.Names.Select(n => $"CASE WHEN r.time - {table}.happened <= INTERVAL 7 DAY THEN {table}.{n} END AS {n}"));
    }

    private static async Task<Measured> RowNumberAsync(JoinData data, int views)
    {
        var (rows, events) = await FilesAsync(data, views);
        return await SumAsync(data, views, events.Select(file => $"""
            SELECT {string.Join(", ", JoinData.Names)}
            FROM
            (
                SELECT f.*, row_number() OVER (PARTITION BY r.id ORDER BY f.happened DESC, f.created DESC) AS place
                FROM read_parquet('{rows}') AS r
                LEFT JOIN read_parquet('{file}') AS f ON r.entity = f.entity AND f.happened <= r.time AND f.happened >= r.time - INTERVAL 7 DAY
            )
            WHERE place = 1
            """));
    }

    private static async Task<Measured> SumAsync(JoinData data, int views, IEnumerable<string> selects)
    {
        var (matched, sum) = (0L, 0.0);
        using var connection = Duck.Open();
        foreach (var select in selects)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT {string.Join(" + ", JoinData.Names.Select(n => $"count({n})"))}, {string.Join(" + ", JoinData.Names.Select(n => $"sum({n})"))} FROM ({select})";
            using var reader = command.ExecuteReader();
            reader.Read();
            matched += reader.GetInt64(0);
            sum += reader.GetDouble(1);
        }

        await CheckAsync(data, views, matched, sum);
        return Whole();
    }

    private static async Task<Measured> PandasAsync(JoinData data, int views)
    {
        var (rows, events) = await FilesAsync(data, views);
        var (left, right) = (Plain(rows, "id, entity, epoch_us(time)"), Plain(events[0], "entity, epoch_us(happened), epoch_us(created), a, b, c"));
        const string script = """
            import sys, resource, numpy, pandas
            left = numpy.memmap(sys.argv[1], dtype="int64", mode="r").reshape(3, -1)
            right = numpy.memmap(sys.argv[2], dtype="int64", mode="r").reshape(6, -1)
            rows = pandas.DataFrame({"id": left[0], "entity": left[1], "time": (left[2] * 1000).view("datetime64[ns]")})
            events = pandas.DataFrame({"entity": right[0], "time": (right[1] * 1000).view("datetime64[ns]"), "created": right[2], "a": right[3].view("float64"), "b": right[4].view("float64"), "c": right[5].view("float64")})
            rows = rows.sort_values("time")
            events = events.sort_values(["time", "created"])
            joined = pandas.merge_asof(rows, events, on="time", by="entity", tolerance=pandas.Timedelta(days=7)).sort_values("id")
            values = joined[["a", "b", "c"]]
            usage = resource.getrusage(resource.RUSAGE_SELF)
            print(int(values.count().sum()), repr(float(values.sum().sum())), (usage.ru_utime + usage.ru_stime) * 1000)
            """;
        var output = Pandas.Run(script, left, right).Split(' ');
        await CheckAsync(data, views, long.Parse(output[0], CultureInfo.InvariantCulture), double.Parse(output[1], CultureInfo.InvariantCulture));
        return new(double.Parse(output[2], CultureInfo.InvariantCulture), "ms_cpu");
    }

    /// <summary>The values column after column, as numpy reads them.</summary>
    private static string Plain(string parquet, string columns)
    {
        var path = parquet + ".values";
        if (File.Exists(path)) return path;
        using var connection = Duck.Open();
        using (var file = File.Create(path + ".new"))
        {
            foreach (var column in columns.Split(", "))
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"SELECT {column} FROM read_parquet('{parquet}')";
                using var reader = command.ExecuteReader();
                using var writer = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true);
                while (reader.Read())
                {
                    if (reader.GetFieldType(0) == typeof(double)) writer.Write(reader.GetDouble(0));
                    else writer.Write(reader.GetInt64(0));
                }
            }
        }

        File.Move(path + ".new", path);
        return path;
    }

    private static async Task<(string Rows, List<string> Events)> FilesAsync(JoinData data, int views)
    {
        var events = new List<string>();
        for (var i = 0; i < views; i++) events.Add(await JoinData.FileOfAsync(await data.EventsAsync(i)));
        return (await JoinData.FileOfAsync(await data.RowsAsync()), events);
    }

    /// <summary>All sides of a question must give the same number of values and, but for rounding, the same sum: the first one says it.</summary>
    private static async Task CheckAsync(JoinData data, int views, long matched, double sum)
    {
        var path = Path.Combine(FlightsFile.Folder, "join", string.Create(CultureInfo.InvariantCulture, $"sum-{data.Entities}-{data.Events}-{views}.txt"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{matched} values, sum {sum:R}"));
        if (!File.Exists(path)) await File.WriteAllTextAsync(path, string.Create(CultureInfo.InvariantCulture, $"{matched} {sum:R}"));
        var expected = (await File.ReadAllTextAsync(path)).Split(' ');
        if (matched != long.Parse(expected[0], CultureInfo.InvariantCulture) || Math.Abs(sum - double.Parse(expected[1], CultureInfo.InvariantCulture)) > 1e-3)
            throw new InvalidOperationException($"{matched} values with the sum {sum} were joined; another side had {expected[0]} with {expected[1]}.");
    }

    private static Measured Whole()
    {
        using var process = Process.GetCurrentProcess();
        return new(process.TotalProcessorTime.TotalMilliseconds, "ms_cpu");
    }

    private static string? WithoutPandas() => Pandas.IsPresent ? null : "there is no python3 with pandas";
}
