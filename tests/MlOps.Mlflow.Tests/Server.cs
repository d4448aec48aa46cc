using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Mlflow.Tests;

/// <summary>Where a server under test keeps what it is told.</summary>
public enum Backend
{
    Memory,
    Sqlite,
}

/// <summary>The MLflow API in this process.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo? _folder;

    private Server(WebApplication app, DirectoryInfo? folder) => (_app, _folder) = (app, folder);

    public IServiceProvider Services => _app.Services;

    public IMetadataStore Metadata => Services.GetRequiredService<IMetadataStore>();

    public IModelRegistry Registry => Services.GetRequiredService<IModelRegistry>();

    public WebApplication App => _app;

    public HttpClient Client { get; private set; } = null!;

    public static async Task<Server> StartAsync(
        Backend backend = Backend.Memory, Action<MlflowOptions>? options = null, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        var folder = backend == Backend.Memory ? null : Directory.CreateTempSubdirectory("mlops-mlflow-");
        var mlops = builder.Services.AddMlOpsCore(o => o.Folder = folder?.FullName ?? o.Folder);
        if (folder is null) mlops.UseInMemoryStores();
        else mlops.UseFileArtifacts().UseSqlite();
        mlops.AddMlflow(options);
        var app = builder.Build();
        if (map is null) app.MapMlflow();
        else map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, folder) { Client = app.GetTestClient() };
    }

    /// <summary>Calls the API; a path that does not begin with a slash is below <c>/api/2.0/mlflow</c>.</summary>
    public Task<Answer> CallAsync(string method, string path, string? json = null)
    {
        var request = new HttpRequestMessage(new(method), path.StartsWith('/') ? path : "/api/2.0/mlflow/" + path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return new(response.StatusCode, isJson ? JsonDocument.Parse(text).RootElement : default, text, response);
    }

    public async Task<string> RunAsync(string experiment = "0") =>
        (await CallAsync("POST", "runs/create", $$"""{"experiment_id":"{{experiment}}","start_time":1}""")).Body.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;

    public Task<Answer> PutAsync(string path, string content) =>
        SendAsync(new(HttpMethod.Put, "/api/2.0/mlflow-artifacts/artifacts/" + path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) });

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder?.Delete(recursive: true);
    }
}

internal sealed record Answer(HttpStatusCode Status, JsonElement Body, string Text, HttpResponseMessage Response)
{
    public string Code => Body.GetProperty("error_code").GetString()!;

    public string Message => Body.GetProperty("message").GetString()!;
}
