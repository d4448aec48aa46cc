using System.Globalization;
using Microsoft.Data.Sqlite;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does a search of many runs in a SQLite file cost, each with ten parameters, ten metrics and five tags? Counted is the processor time of a page of 100 with all its parts.</summary>
/// <remarks>The figures of MLflow 2.17 on SQLite are medians of what a search of 10,000 runs took at a server that did nothing else, measured elsewhere on a machine of the same size; none was measured for 100,000.</remarks>
internal static class SearchingRuns
{
    private static readonly (string Name, string What, string Filter, string[] Order, double Mlflow)[] Searches =
    [
        ("metric", "one metric, 1 % of them", "metrics.m3 > 0.99", [], 187),
        ("ordered", "a parameter and a metric, ordered by a metric", "params.p1 = 'value 5' AND metrics.m3 > 0.5", ["metrics.m1 DESC"], 322),
        ("many", "three parameters and two metrics", "params.p1 LIKE 'value%' AND params.p2 != 'value 3' AND params.p5 = 'value 1' AND metrics.m1 > 0.1 AND metrics.m2 < 0.9", [], 156),
        ("name", "the name of a run", "run_name = 'run 5000'", [], 61),
    ];

    public static readonly Comparison[] Comparisons =
    [
        .. Searches.Select(s => new Comparison(
            $"search-{s.Name}", $"Search of 10,000 runs by {s.What}", new("a page of 100", () => SearchAsync(10_000, s.Filter, s.Order)), Mlflow(s.Mlflow), new("at most 0.10", (_, ratio) => ratio <= 0.1))),
        .. Searches.Select(s => new Comparison(
            $"search-{s.Name}-100k", $"Search of 100,000 runs by {s.What}", new("100,000 runs", () => SearchAsync(100_000, s.Filter, s.Order)), new("10,000 runs", () => SearchAsync(10_000, s.Filter, s.Order)), new("none", (_, _) => true))),
        new("search-rare-100k", "Search of 100,000 runs by a parameter that twenty of them have", new("100,000 runs", () => SearchAsync(100_000, Rare, [])), new("10,000 runs", () => SearchAsync(10_000, Rare, [])), new("none", (_, _) => true)),
        new("page-all", "All of 10,000 runs in pages of 1,000", new("the metadata store", () => PageAsync(10_000)), Mlflow(16_353), new("at most 0.10", (_, ratio) => ratio <= 0.1)),
        new("page-last", "A page of 1,000 of 100,000 runs", new("the last", () => PageAtAsync(isLast: true)), new("the first", () => PageAtAsync(isLast: false)), new("at most 1.3", (_, ratio) => ratio <= 1.3)),
    ];

    private const string Rare = "params.p3 = 'value 77'";

    private static Side Mlflow(double milliseconds) => new("MLflow 2.17", () => Task.FromResult(new Measured(milliseconds, "ms")));

    private static async Task<Measured> SearchAsync(int count, string? filter, string[] order)
    {
        await using var host = StoringRuns.Host(await FileAsync(count));
        var store = host.GetRequiredService<IMetadataStore>();
        var query = new RunQuery { ExperimentIds = ["0"], Filter = filter, OrderBy = order };
        const int Times = 20;
        return (await Measured.SecondPassAsync(async () =>
        {
            for (var i = 0; i < Times; i++)
            {
                if ((await store.SearchRunsAsync(query)).Items.Count == 0) throw new InvalidOperationException("Nothing was found.");
            }
        })).Per(Times);
    }

    private static async Task<Measured> PageAsync(int count)
    {
        await using var host = StoringRuns.Host(await FileAsync(count));
        var store = host.GetRequiredService<IMetadataStore>();
        return await Measured.SecondPassAsync(async () =>
        {
            var seen = 0;
            for (var page = new Page<Run>([], null); seen == 0 || page.Next is not null; seen += page.Items.Count)
            {
                page = await store.SearchRunsAsync(new() { ExperimentIds = ["0"], Limit = 1000, After = page.Next });
            }

            if (seen != count) throw new InvalidOperationException($"{seen} runs were listed.");
        });
    }

    private static async Task<Measured> PageAtAsync(bool isLast)
    {
        const int Count = 100_000;
        await using var host = StoringRuns.Host(await FileAsync(Count));
        var store = host.GetRequiredService<IMetadataStore>();
        var query = new RunQuery { ExperimentIds = ["0"], Limit = 1000 };
        if (isLast)
        {
            var skipped = await store.SearchRunsAsync(query with { Limit = 50_000, Parts = RunParts.None });
            skipped = await store.SearchRunsAsync(query with { Limit = 49_000, After = skipped.Next, Parts = RunParts.None });
            query = query with { After = skipped.Next };
        }

        return (await Measured.SecondPassAsync(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                if ((await store.SearchRunsAsync(query)).Items.Count != 1000) throw new InvalidOperationException("The page is not full.");
            }
        })).Per(10);
    }

    // Made once and kept, with plain SQL: what is measured is the search.
    private static async Task<string> FileAsync(int count)
    {
        var file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"mlops-benchmark-{count}-runs-2.db"));
        if (File.Exists(file)) return file;
        using var folder = new TemporaryFolder();
        var making = Path.Combine(folder.Path, "mlops.db");
        await using (var host = StoringRuns.Host(making)) await host.GetRequiredService<IMetadataStore>().SearchRunsAsync(new());
        await using (var connection = new SqliteConnection($"Data Source={making};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandTimeout = 600;
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA synchronous = OFF;
                BEGIN;
                CREATE TEMP TABLE numbers AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n;
                INSERT INTO runs (run_key, run_id, experiment_id, name, status, started_at) SELECT i, printf('%032x', i * 2654435761), 0, 'run ' || i, 'Finished', i * 1000000 FROM numbers;
                INSERT INTO run_parameters SELECT n.i, 'p' || p.i, 'value ' || (n.i * 2654435761 / (p.i * 7919) % CASE WHEN p.i = 3 THEN {count / 20} ELSE 10 END) FROM numbers n, (SELECT i FROM numbers WHERE i <= 10) p;
                INSERT INTO run_tags SELECT n.i, 'tag ' || t.i, 'text ' || (n.i % 100) FROM numbers n, (SELECT i FROM numbers WHERE i <= 5) t;
                INSERT INTO latest_metrics SELECT n.i, 'm' || m.i, 10, n.i * 1000000, 1, (n.i * 2654435761 / (m.i * 104729) % 10000) / 10000.0 FROM numbers n, (SELECT i FROM numbers WHERE i <= 10) m;
                COMMIT;
                PRAGMA wal_checkpoint(TRUNCATE);
                """);
            await command.ExecuteNonQueryAsync();
        }

        File.Move(making, file, overwrite: true);
        return file;
    }
}
