using System.Diagnostics;
using System.Globalization;
using Apache.Arrow;
using MlOps.Core;
using MlOps.FeatureStore;
using MlOps.Tests;
using Npgsql;

namespace MlOps.Benchmarks;

/// <summary>What does it take PostgreSQL to give rows their features as of their own times, each looking its event up by index, against ranking all events that a row could have?</summary>
/// <remarks>
/// The rows are a table on the server, like the events: 100,000 rows of a month, 500,000 events of three months and 5,000 entities, a week to live, three features. Counted is the time until the last row has come out, as the
/// better of two runs after a first one. The baseline is the plan of Feast's template, with a number for each row in place of its joined keys. Both sides must give the same number of values and the same sum.
/// </remarks>
internal static class JoiningInPostgres
{
    private const string Tables = """
        SELECT setseed(0.5);
        CREATE TABLE events AS
        SELECT entity, happened, happened + (floor(random() * 3600)) * INTERVAL '1 second' AS created, random() AS a, random() AS b, random() AS c
        FROM (
            SELECT floor(random() * 5000)::bigint AS entity, TIMESTAMPTZ '2024-01-01 00:00:00+00' + floor(random() * 90 * 86400) * INTERVAL '1 second' AS happened
            FROM generate_series(1, 500000)
        ) AS made;
        CREATE TABLE entity_rows AS
        SELECT id, floor(random() * 5000)::bigint AS entity, TIMESTAMPTZ '2024-03-01 00:00:00+00' + floor(random() * 30 * 86400) * INTERVAL '1 second' AS time
        FROM generate_series(1, 100000) AS id;
        CREATE INDEX ON events (entity, happened DESC, created DESC NULLS LAST);
        ANALYZE events;
        ANALYZE entity_rows;
        """;

    private const string RowNumber = """
        WITH numbered AS (
            SELECT *, row_number() OVER () AS n
            FROM entity_rows
        ), ranked AS (
            SELECT r.n, e.a, e.b, e.c, row_number() OVER (PARTITION BY r.n ORDER BY e.happened DESC, e.created DESC NULLS LAST, e.ctid DESC) AS place
            FROM events AS e
            JOIN numbered AS r ON r.entity = e.entity AND e.happened <= r.time AND e.happened >= r.time - INTERVAL '7 days'
        )
        SELECT r.id, r.entity, r.time, f.a, f.b, f.c
        FROM numbered AS r
        LEFT JOIN ranked AS f ON f.n = r.n AND f.place = 1
        """;

    public static readonly Comparison[] Comparisons =
    [
        new(
            "join-postgres",
            "100,000 rows with 500,000 events of 5,000 entities in PostgreSQL",
            new("LATERAL by index", () => MeasureAsync(OursAsync)),
            new("row_number over all of them", () => MeasureAsync(RankedAsync)),
            new("at most 0.5", (_, ratio) => ratio <= 0.5)) { LeftOut = PostgresStore.LeftOut },
        new(
            "join-postgres-copied",
            "The same where the table has no index, so that its events are copied for each training set",
            new("LATERAL by the index of a copy", () => MeasureAsync(OursAsync, hasIndex: false)),
            new("row_number over all of them", () => MeasureAsync(RankedAsync, hasIndex: false)),
            new("none", (_, _) => true)) { LeftOut = PostgresStore.LeftOut },
    ];

    private static async Task<Measured> MeasureAsync(Func<string, Task<(long Values, double Sum)>> join, bool hasIndex = true)
    {
        await using var server = await PostgresServer.StartAsync() ?? throw new InvalidOperationException("PostgreSQL is not installed.");
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await using var make = source.CreateCommand(Tables);
            make.CommandTimeout = 300;
            await make.ExecuteNonQueryAsync();
            if (!hasIndex)
            {
                await using var drop = source.CreateCommand("DROP INDEX events_entity_happened_created_idx");
                await drop.ExecuteNonQueryAsync();
            }
        }

        var best = double.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var start = Stopwatch.GetTimestamp();
            var (values, sum) = await join(server.ConnectionString);
            if (run > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await CheckAsync(values, sum);
        }

        return new(best, "ms");
    }

    private static async Task<(long Values, double Sum)> OursAsync(string connectionString)
    {
        var entity = new Entity("entity", [new("entity", ColumnType.Int64)]);
        var view = new FeatureView
        {
            Name = "view",
            Entities = [entity],
            Source = FeatureSource.Sql("warehouse", "events"),
            EventTime = "happened",
            CreatedTime = "created",
            TimeToLive = TimeSpan.FromDays(7),
            Features = [new("a", ColumnType.Float64), new("b", ColumnType.Float64), new("c", ColumnType.Float64)],
        };
        var folder = Directory.CreateTempSubdirectory("mlops-benchmark-");
        var services = new ServiceCollection().AddLogging().AddSingleton(new FeatureDefinitions([entity], [view]));
        services.AddMlOps(o => o.Folder = folder.FullName).AddFeatureStore().AddPostgresWarehouse("warehouse", connectionString);
        await using var host = services.BuildServiceProvider();
        var (values, sum) = (0L, 0.0);
        var query = new TrainingSetQuery { Rows = EntityRows.Sql("warehouse", "SELECT * FROM entity_rows"), TimeColumn = "time", Features = ["view:a", "view:b", "view:c"] };
        await foreach (var batch in host.GetRequiredService<ITrainingSets>().ReadAsync(query))
        {
            foreach (var column in batch.Arrays.OfType<DoubleArray>())
            {
                values += column.Length - column.NullCount;
                for (var row = 0; row < column.Length; row++) sum += column.GetValue(row) ?? 0;
            }
        }

        folder.Delete(recursive: true);
        return (values, sum);
    }

    private static async Task<(long Values, double Sum)> RankedAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(RowNumber);
        command.CommandTimeout = 300;
        await using var reader = await command.ExecuteReaderAsync();
        var (values, sum) = (0L, 0.0);
        while (await reader.ReadAsync())
        {
            for (var column = 3; column < 6; column++)
            {
                if (await reader.IsDBNullAsync(column)) continue;
                values++;
                sum += reader.GetDouble(column);
            }
        }

        return (values, sum);
    }

    // The first side says what the others must give; the random numbers of the server are the same for one seed.
    private static async Task CheckAsync(long values, double sum)
    {
        Directory.CreateDirectory(FlightsFile.Folder);
        var path = Path.Combine(FlightsFile.Folder, "join-postgres-sum.txt");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{values} values, sum {sum:R}"));
        if (!File.Exists(path)) await File.WriteAllTextAsync(path, string.Create(CultureInfo.InvariantCulture, $"{values} {sum:R}"));
        var expected = (await File.ReadAllTextAsync(path)).Split(' ');
        if (values != long.Parse(expected[0], CultureInfo.InvariantCulture) || Math.Abs(sum - double.Parse(expected[1], CultureInfo.InvariantCulture)) > 1e-3)
            throw new InvalidOperationException($"{values} values with the sum {sum} were joined; another side had {expected[0]} with {expected[1]}.");
    }
}
