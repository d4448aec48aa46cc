using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>How long does a search over many runs in PostgreSQL take, and does a page cost the same wherever it is?</summary>
/// <remarks>Each run has three parameters, two tags and five metrics. The figures of MLflow are of its server over HTTP on a machine of this size, with as many runs of its own; they are no measurement of this run.</remarks>
internal static class SearchingInPostgres
{
    private const int Page = 1_000;
    private static readonly RunQuery Filtered = new() { Filter = "metrics.m0 > 0.99", Limit = Page };

    public static readonly Comparison[] Comparisons =
    [
        new("postgres-search", "A search for 1 % of 10,000 runs by a metric in PostgreSQL", new("the store", () => SearchAsync(10_000)), new("MLflow 2.17, measured elsewhere", () => Task.FromResult(new Measured(244_000, "us"))), new("at most 0.1", (_, ratio) => ratio <= 0.1))
        {
            LeftOut = PostgresStore.LeftOut,
        },
        new("postgres-search-many", "The same among 100,000 runs", new("100,000 runs", () => SearchAsync(100_000)), new("10,000 runs", () => SearchAsync(10_000)), new("none", (_, _) => true))
        {
            LeftOut = PostgresStore.LeftOut,
        },
        new("postgres-all", "All of 10,000 runs in pages of 1,000 from PostgreSQL", new("the store", ReadAllAsync), new("MLflow 2.17, measured elsewhere", () => Task.FromResult(new Measured(25_120_000, "us"))), new("at most 0.1", (_, ratio) => ratio <= 0.1))
        {
            LeftOut = PostgresStore.LeftOut,
        },
        new("postgres-pages", "A page of 1,000 of 100,000 runs in PostgreSQL", new("the last page", () => PageAsync(isLast: true)), new("the first page", () => PageAsync(isLast: false)), new("at most 1.3", (_, ratio) => ratio <= 1.3))
        {
            LeftOut = PostgresStore.LeftOut,
        },
    ];

    private static async Task<Measured> SearchAsync(int runs)
    {
        await using var store = await FillAsync(runs);
        return await Measured.PerCallAsync(5, () => store.Metadata.SearchRunsAsync(Filtered));
    }

    private static async Task<Measured> ReadAllAsync()
    {
        await using var store = await FillAsync(10_000);
        return await Measured.PerCallAsync(1, async () =>
        {
            var query = new RunQuery { Limit = Page };
            while ((await store.Metadata.SearchRunsAsync(query)).Next is { } next) query = query with { After = next };
        });
    }

    private static async Task<Measured> PageAsync(bool isLast)
    {
        await using var store = await FillAsync(100_000);
        var (query, page) = (new RunQuery { Limit = Page, Parts = RunParts.None }, new Page<Run>([], null));
        if (isLast)
        {
            while ((page = await store.Metadata.SearchRunsAsync(query)).Next is { } next) query = query with { After = next };
        }

        query = query with { Parts = RunParts.All };
        return await Measured.PerCallAsync(5, () => store.Metadata.SearchRunsAsync(query));
    }

    private static async Task<PostgresStore> FillAsync(int runs)
    {
        var store = await PostgresStore.StartAsync();
        await store.ExecuteAsync($"""
            INSERT INTO runs (run_id, experiment_id, name, status, started_at) SELECT lpad(to_hex(i), 32, '0'), 0, 'run ' || i, 'Finished', i * 1000000::BIGINT FROM generate_series(1, {runs}) i;
            INSERT INTO run_parameters SELECT run_key, 'p' || j, 'value ' || (run_key % 10) FROM runs, generate_series(0, 2) j;
            INSERT INTO run_tags SELECT run_key, 't' || j, 'value ' || (run_key % 10) FROM runs, generate_series(0, 1) j;
            INSERT INTO latest_metrics SELECT run_key, 'm' || j, 0, 0, 1, ((run_key * 7919) % 10007) / 10007.0 FROM runs, generate_series(0, 4) j;
            ANALYZE;
            """);
        return store;
    }
}
