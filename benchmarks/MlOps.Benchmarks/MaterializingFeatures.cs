using System.Diagnostics;
using Apache.Arrow;
using MlOps.Core;
using MlOps.FeatureStore;
using StackExchange.Redis;
using Column = MlOps.Core.Column;

namespace MlOps.Benchmarks;

/// <summary>How long does it take to bring a million entities from a Parquet file to Redis, beside a bare client that pipelines as many SETs of as many bytes?</summary>
/// <remarks>Ours reads, takes the newest row of each entity, writes it guarded, and keeps statistics of ten features; every entity has two rows far apart, so that it is written twice, in parts of half a million. The baseline has its bytes in memory and compares nothing.</remarks>
internal static class MaterializingFeatures
{
    private const int Entities = 1_000_000;
    private const int Features = 10;
    private const int BatchRows = 20_000;

    public static readonly Comparison[] Comparisons =
    [
        new("materialize-redis", "A million entities x 10 features from Parquet to Redis", new("Materialize", MaterializeAsync), new("SET, pipelined", WriteBareAsync), new("under 60 s", (ours, _) => ours < 60))
        {
            LeftOut = static () => File.Exists("/usr/bin/redis-server") || Environment.GetEnvironmentVariable("MLOPS_REDIS") is not null ? null : "Redis is not installed",
        },
    ];

    private static async Task<Measured> MaterializeAsync()
    {
        using var folder = new TemporaryFolder();
        await using var server = await OnlineDrivers.RedisAsync();
        var services = new ServiceCollection();
        services.AddLogging().AddMlOpsCore(o => o.Folder = folder.Path).UseDuckDb().UseInMemoryStores().AddData().UseRedisOnlineStore(server.Configuration);
        services.AddSingleton(new Drivers()).AddSingleton<FeatureDefinition>(s => s.GetRequiredService<Drivers>());
        new MlOpsBuilder(services).AddFeatureStore();
        await using var host = services.BuildServiceProvider();
        host.GetRequiredService<Drivers>().Rows = await host.GetRequiredService<IDatasetStore>().WriteAsync("drivers", new("rows", "memory"), Rows());
        var materializer = host.GetRequiredService<IMaterializer>();
        var clock = Stopwatch.StartNew();
        var result = (await materializer.MaterializeAsync(null, DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow)).Single();
        clock.Stop();
        if (result.Written < Entities) throw new InvalidOperationException($"{result.Written} entities were written.");
        return new(clock.Elapsed.TotalSeconds, "s");
    }

    private static async Task<Measured> WriteBareAsync()
    {
        await using var server = await OnlineDrivers.RedisAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var database = connection.GetDatabase();
        var value = new byte[130];
        var clock = Stopwatch.StartNew();
        for (var first = 0; first < Entities; first += 10_000)
            await Task.WhenAll(Enumerable.Range(first, 10_000).Select(id => database.StringSetAsync($"drivers:{id}", value)));
        return new(clock.Elapsed.TotalSeconds, "s");
    }

    private static DatasetSchema Schema => new([new("driver_id", ColumnType.Int64), new("time", ColumnType.Timestamp), .. Enumerable.Range(0, Features).Select(i => new Column($"f{i}", ColumnType.Float64))]);

    private static async IAsyncEnumerable<RecordBatch> Rows()
    {
        var schema = Schema;
        for (var first = 0L; first < 2L * Entities; first += BatchRows)
        {
            await Task.Yield();
            var builders = schema.Select(c => new ArrowColumnBuilder(c.Type)).ToArray();
            for (var row = first; row < first + BatchRows; row++)
            {
                builders[0].Append(row * 7919 % Entities);
                builders[1].Append(FeatureValue.FromBits(ColumnType.Timestamp, 1_700_000_000_000_000 + row));
                for (var i = 0; i < Features; i++) builders[2 + i].Append((double)(row + i));
            }

            yield return new(schema.ToArrow(), builders.Select(b => b.Build()), BatchRows);
        }
    }

    private sealed class Drivers : FeatureDefinition
    {
        public Dataset? Rows { get; set; }

        public override void Define(FeatureBuilder features)
        {
            features.Entity("driver").Key<long>("driver_id");
            var view = features.View("drivers").Of("driver").From(Rows!).EventTime("time");
            for (var i = 0; i < Features; i++) view.Feature<double>($"f{i}");
        }
    }
}
