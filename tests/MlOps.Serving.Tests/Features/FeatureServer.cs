using System.Net;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Serving.Tests.Features;

/// <summary>A web application in this process with the features of drivers. Driver 1001 has values, 1002 has too old ones, 1003 has none, and nobody knows the others.</summary>
internal sealed class FeatureServer : IAsyncDisposable, IOnlineFeatures, IFeatureDirectory, IMaterializer, IOnlineStore
{
    public static readonly DateTimeOffset Time = new(2026, 11, 25, 11, 30, 0, TimeSpan.Zero);

    public static readonly DatasetSchema AllTypes = new([
        new("rate", ColumnType.Float64), new("trips", ColumnType.Int64), new("name", ColumnType.String), new("active", ColumnType.Boolean), new("fare", ColumnType.Decimal),
        new("day", ColumnType.Date), new("seen", ColumnType.Timestamp), new("raw", ColumnType.Binary)]);

    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;

    public TestServer Test => _app.GetTestServer();

    public OnlineQuery? Query { get; private set; }

    public (string View, DatasetSchema Schema, List<object?[]> Rows, PushTarget Target)? Pushed { get; private set; }

    public (IReadOnlyList<string>? Views, DateTimeOffset? From, DateTimeOffset? To)? Materialized { get; private set; }

    /// <summary>Gets or sets what every call of the feature store throws.</summary>
    public Exception? Error { get; set; }

    public FeatureValue[] Row { get; set; } = [0.5, 7L, "Ann", true, 12.50m, new DateOnly(2026, 1, 31), Time.AddMicroseconds(1500), new byte[] { 1, 2, 3 }];

    public static async Task<FeatureServer> StartAsync(Action<FeatureServingOptions>? options = null, Action<WebApplication>? map = null, Action<IServiceCollection>? configure = null)
    {
        var server = new FeatureServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IModelLoader, FakeLoader>();
        builder.Services.AddSingleton<IOnlineFeatures>(server).AddSingleton<IFeatureDirectory>(server).AddSingleton<IMaterializer>(server).AddSingleton<IOnlineStore>(server);
        builder.Services.AddMlOpsCore().UseInMemoryStores().AddServing();
        if (options is not null) builder.Services.Configure(options);
        configure?.Invoke(builder.Services);
        var app = server._app = builder.Build();
        if (map is null) app.MapFeatures();
        else map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Client = app.GetTestClient();
        return server;
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json) => SendAsync(new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    public Task<(HttpStatusCode Status, JsonElement Body)> ReadAsync(string entities = """{"driver_id":[1001]}""", string rest = "") =>
        PostAsync("/get-online-features", $$"""{"features":["drivers:rate","drivers:trips"],"entities":{{entities}}{{rest}}}""");

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).RootElement;
        if ((int)response.StatusCode >= 400) body.TryGetProperty("detail", out _).Should().BeTrue();
        return (response.StatusCode, body);
    }

    public FeatureQueryColumns DescribeQuery(string? service, IReadOnlyList<string> features, bool fullNames)
    {
        if (service is not null and not "driver_activity") throw new NotFoundException("feature service", service);
        var names = service is null ? features.Select(f => f.Split(':')[1]).ToList() : [.. AllTypes.Select(c => c.Name)];
        if (names.Find(n => !AllTypes.Contains(n)) is { } unknown) throw new NotFoundException("feature", unknown);
        var request = service is null ? new List<Column>() : [new("distance", ColumnType.Float64)];
        return new([new("driver_id", ColumnType.Int64)], request, new(names.Select(n => AllTypes[n] with { Name = fullNames ? $"drivers__{n}" : n })));
    }

    public IReadOnlyList<PushedColumn> DescribePush(string view) => view == "drivers"
        ? [new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), .. AllTypes.Take(3).Select(c => new PushedColumn(c.Name, c.Type)), new("device", null)]
        : throw new NotFoundException("feature view", view);

    public ValueTask<FeatureVectors> ReadAsync(OnlineQuery query, CancellationToken cancellationToken = default)
    {
        if (Error is not null) throw Error;
        Query = query;
        var schema = DescribeQuery(query.Service, query.Features, query.FullNames).Outputs;
        var drivers = query.Entities["driver_id"];
        var places = drivers.Count * schema.Count;
        var (bits, objects, statuses, times) = (new long[places], new object?[places], new FeatureStatus[places], new long[places]);
        for (var i = 0; i < places; i++)
        {
            var driver = drivers[i / schema.Count] is { IsMissing: false } d ? d.Bits : 0;
            var value = driver == 1001 ? Row[AllTypes.IndexOf(schema[i % schema.Count].Name.Split("__")[^1])] : default;
            (bits[i], objects[i]) = (value.Bits, value.Object);
            statuses[i] = driver switch
            {
                1001 => value.IsMissing ? FeatureStatus.Null : FeatureStatus.Present,
                1002 => FeatureStatus.OutsideTimeToLive,
                1003 => FeatureStatus.Null,
                _ => FeatureStatus.Missing,
            };
            times[i] = statuses[i] is FeatureStatus.Missing ? long.MinValue : FeatureTime.ToMicros(Time);
        }

        return ValueTask.FromResult(new FeatureVectors(schema, drivers.Count, bits, objects, statuses, times));
    }

    public Task<IReadOnlyList<MaterializedView>> MaterializeAsync(IReadOnlyList<string>? views, DateTimeOffset from, DateTimeOffset to, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default) =>
        TakeAsync(views, from, to);

    public Task<IReadOnlyList<MaterializedView>> MaterializeIncrementalAsync(IReadOnlyList<string>? views, DateTimeOffset? to = null, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default) =>
        TakeAsync(views, null, to);

    public Task<MaterializedView> PushAsync(string view, RecordBatch rows, PushTarget target = PushTarget.Online, CancellationToken cancellationToken = default)
    {
        if (Error is not null) throw Error;
        var schema = DatasetSchema.FromArrow(rows.Schema);
        var values = Enumerable.Range(0, rows.Length).Select(row => Enumerable.Range(0, rows.ColumnCount).Select(c => ValueOf(rows.Column(c), row)).ToArray()).ToList();
        Pushed = (view, schema, values, target);
        return Task.FromResult(new MaterializedView(view, Time, Time, rows.Length, rows.Length, 0, 0));
    }

    public Task DeleteAsync(string view, IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> keys, DateTimeOffset at, CancellationToken cancellationToken = default) => Task.CompletedTask;

    ValueTask IOnlineStore.ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    Task<IReadOnlyList<OnlineWriteResult>> IOnlineStore.WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OnlineWriteResult>>([]);

    Task IOnlineStore.DropAsync(string table, CancellationToken cancellationToken) => Task.CompletedTask;

    Task IOnlineStore.PingAsync(CancellationToken cancellationToken) => Error is null ? Task.CompletedTask : Task.FromException(Error);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await _app.DisposeAsync();
    }

    private static object? ValueOf(IArrowArray array, int row) => array.IsNull(row) ? null : array switch
    {
        Int64Array a => a.GetValue(row),
        DoubleArray a => a.GetValue(row),
        BooleanArray a => a.GetValue(row),
        TimestampArray a => a.GetTimestamp(row),
        _ => ((StringArray)array).GetString(row),
    };

    private Task<IReadOnlyList<MaterializedView>> TakeAsync(IReadOnlyList<string>? views, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (Error is not null) throw Error;
        Materialized = (views, from, to);
        return Task.FromResult<IReadOnlyList<MaterializedView>>([]);
    }
}
