using MlOps.Core;
using MlOps.FeatureStore;
using MlOps.Tests;

namespace MlOps.Benchmarks;

/// <summary>Twenty thousand drivers with fifty numbers each in an online store, and the queries that read them.</summary>
internal sealed class OnlineDrivers : IAsyncDisposable
{
    public const int Entities = 20_000;
    public const int Features = 50;
    public const string Table = "drivers";
    private const int Queries = 1_000;

    private static readonly FeatureView View = new()
    {
        Name = Table,
        Entities = [new("driver", [new("driver_id", ColumnType.Int64)])],
        Source = FeatureSource.Pushed(),
        EventTime = "time",
        TimeToLive = TimeSpan.FromDays(7),
        Features = [.. Enumerable.Range(0, Features).Select(i => new Feature($"f{i}", ColumnType.Float64))],
    };

    private readonly IAsyncDisposable? _server;
    private readonly ServiceProvider _services;

    private OnlineDrivers(IAsyncDisposable? server, Action<MlOpsBuilder> use)
    {
        _server = server;
        var services = new ServiceCollection();
        use(services.AddLogging().AddMlOpsCore());
        Add(services);
        _services = services.BuildServiceProvider();
    }

    public IOnlineStore Store => _services.GetRequiredService<IOnlineStore>();

    public IOnlineFeatures Reader => _services.GetRequiredService<IOnlineFeatures>();

    /// <summary>Adds the definitions, and what reads them.</summary>
    public static void Add(IServiceCollection services) => services
        .AddSingleton(new FeatureDefinitions(View.Entities, [View], null, [new("drivers", 1, [.. View.Features.Select(f => new FeatureReference(Table, f.Name))])]))
        .AddSingleton<IFeatureDirectory, FeatureDirectory>()
        .AddOnlineFeatures();

    public static async Task<OnlineDrivers> StartAsync(Action<MlOpsBuilder> use, IAsyncDisposable? server = null)
    {
        var drivers = new OnlineDrivers(server, use);
        for (var first = 0; first < Entities; first += 5_000) await drivers.Store.WriteAsync(Rows(first, 5_000, drivers._services));
        return drivers;
    }

    /// <summary>Makes rows as materialization does.</summary>
    public static OnlineWrite[] Rows(int first, int count, IServiceProvider? services = null)
    {
        var now = FeatureTime.ToMicros((services?.GetRequiredService<TimeProvider>() ?? TimeProvider.System).GetUtcNow());
        var layout = new RowLayout(View);
        var values = new FeatureValue[Features];
        return [.. Enumerable.Range(first, count).Select(id =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = id + (i * 0.5);
            return new OnlineWrite(new(Table, KeyOf(id)), new(now - 1_000, long.MinValue, RowCodec.Write(layout, values)));
        })];
    }

    public static byte[] KeyOf(long id) => EntityKey.Write([.. View.Keys], [id])!;

    /// <summary>Gives the drivers that the queries read, each as many as are asked for.</summary>
    public static long[][] Ids(int entities)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Queries).Select(_ => Enumerable.Range(0, entities).Select(_ => random.NextInt64(Entities)).ToArray())];
    }

    public static OnlineQuery[] QueriesOf(int entities) =>
        [.. Ids(entities).Select(ids => new OnlineQuery { Service = "drivers@1", Entities = new Dictionary<string, IReadOnlyList<FeatureValue>> { ["driver_id"] = Array.ConvertAll(ids, id => (FeatureValue)id) } })];

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    public static async Task<PostgresServer> PostgresAsync() => await PostgresServer.StartAsync() ?? throw new InvalidOperationException("PostgreSQL is not installed.");

    public static async Task<RedisServer> RedisAsync() => await RedisServer.StartAsync() ?? throw new InvalidOperationException("Redis is not installed.");
}
