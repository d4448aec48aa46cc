using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Serving.Tests;

/// <summary>A web application in this process with the model flight-delay in a registry in memory.</summary>
internal sealed class Server : IAsyncDisposable
{
    public const string Model = "flight-delay";

    private readonly WebApplication _app;

    private Server(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public IModelRegistry Registry => Services.GetRequiredService<IModelRegistry>();

    public FakeLoader Loader => (FakeLoader)Services.GetRequiredService<IModelLoader>();

    public FakeLog Log { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public TestServer Test => _app.GetTestServer();

    public static async Task<Server> StartAsync(
        Action<ServingOptions>? options = null, Action<MlOpsBuilder>? configure = null, bool logs = true, int versions = 1, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IModelLoader, FakeLoader>();
        Server? server = null;
        if (logs) builder.Services.AddSingleton<IPredictionLog>(_ => server!.Log);
        var mlops = builder.Services.AddMlOpsCore().UseInMemoryStores().AddServing(options);
        configure?.Invoke(mlops);
        var app = builder.Build();
        server = new(app);
        if (map is null) app.MapModels();
        else map(app);
        for (var i = 0; i < versions; i++) await server.RegisterAsync();
        if (versions > 0) await server.PointAsync(null, 1);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Client = app.GetTestClient();
        return server;
    }

    public Task<ModelVersion> RegisterAsync(BundleManifest? manifest = null) =>
        Registry.RegisterAsync(new(Model, new(Model, new(Sha256.Hex(Guid.NewGuid().ToString()), 1), manifest ?? Manifest()), null, DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);

    public Task PointAsync(int? from, int? to, string alias = "champion") =>
        Registry.SetAliasAsync(new(Model, alias, from, to, "test", "test", DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);

    public Task<(HttpStatusCode Status, JsonElement Body)> InferAsync(string json = """{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""", string path = "") =>
        SendAsync(new(HttpMethod.Post, $"/v2/models/{Model}{path}/infer") { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    public Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).RootElement;
        if ((int)response.StatusCode >= 400) body.GetProperty("error").GetString().Should().NotBeNullOrWhiteSpace();
        return (response.StatusCode, body);
    }

    /// <summary>Waits until something that happens in the background has happened.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    public async Task<long> VersionAsync() => (await InferAsync()).Body.GetProperty("outputs")[1].GetProperty("data")[0].GetInt64();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    public static BundleManifest Manifest(string output = "Score") => Manifests.Empty with
    {
        Model = Model,
        Platform = "fake",
        Signature = new(new([new("distance", ColumnType.Float64)]), [new(output, TensorType.Float32), new("Version", TensorType.Int64)]),
        Features = ["distance"],
    };
}
