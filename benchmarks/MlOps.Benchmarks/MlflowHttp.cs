using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does the MLflow API cost the server: for a run of 10,000 metrics against the bare store, and for a file of 1 GB against a minimal API that copies the body to a file and back?</summary>
/// <remarks>The server has a process of its own, with SQLite and files; counted is what that process uses. The client is an HttpClient on the loopback.</remarks>
internal static class MlflowHttp
{
    private const int Megabytes = 1024;
    private const double MlflowMillisPerRequest = 69; // MLflow 2.17.2 with PostgreSQL 15, 61 with SQLite, in a mix of this kind

    public static readonly Comparison[] Comparisons =
    [
        new("mlflow-log", "A request of a run with 100 parameters and 10,000 metrics over the MLflow API, processor time of the server", new("MapMlflow", () => LogAsync()), new("the store alone", LogInProcessAsync),
            new("at most a tenth of MLflow's 69 ms", (ours, _) => ours <= MlflowMillisPerRequest / 10)),
        new("mlflow-log-postgres", "The same over PostgreSQL, processor time of the server of the API", new("MapMlflow", LogToPostgresAsync), new("the store alone", LogToPostgresInProcessAsync),
            new("at most a tenth of MLflow's 69 ms", (ours, _) => ours <= MlflowMillisPerRequest / 10))
        {
            LeftOut = PostgresStore.LeftOut,
        },
        new("mlflow-upload", "1 GB up to the artifact proxy", new("PUT", () => TransferAsync("mlflow", "PUT")), new("body to a file", () => TransferAsync("bare-files", "PUT")), new("none", (_, _) => true)),
        new("mlflow-download", "1 GB down from the artifact proxy", new("GET", () => TransferAsync("mlflow", "GET")), new("file to a body", () => TransferAsync("bare-files", "GET")), new("none", (_, _) => true)),
        new("mlflow-memory", "Peak memory of the server, 1 GB up and down", new("1 GB", () => MemoryAsync(Megabytes)), new("1 MB", () => MemoryAsync(1)), new("at most 1.25", (_, ratio) => ratio <= 1.25)),
    ];

    public static bool Serves(string kind) => kind is "mlflow" or "bare-files";

    /// <summary>Runs a server until the input is closed. Its port is the first line that it writes.</summary>
    public static async Task ServeAsync(string kind, string? postgres)
    {
        using var folder = new TemporaryFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (kind == "mlflow")
        {
            var stores = builder.Services.AddMlOpsCore(o => o.Folder = folder.Path).UseFileArtifacts().AddMlflow();
            if (postgres is null) stores.UseSqlite();
            else stores.UsePostgres(postgres);
        }

        await using var app = builder.Build();
        if (kind == "mlflow") app.MapMlflow();
        else MapFiles(app, Path.Combine(folder.Path, "file"));
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static void MapFiles(WebApplication app, string path)
    {
        app.MapPut("/api/2.0/mlflow-artifacts/artifacts/big", async (HttpContext context) =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            await using var file = File.Create(path);
            await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            file.Flush(flushToDisk: true);
        });
        app.MapGet("/api/2.0/mlflow-artifacts/artifacts/big", () => Results.File(path));
    }

    private static async Task<Measured> LogToPostgresAsync()
    {
        await using var store = await PostgresStore.StartAsync();
        return await LogAsync(store.ConnectionString);
    }

    private static Task<Measured> LogAsync(string? postgres = null) => WithServerAsync("mlflow", postgres, async (client, server) =>
    {
        await RunAsync(client); // compiles
        await RunAsync(client);
        server.Refresh();
        var before = server.TotalProcessorTime;
        var requests = 0;
        for (var i = 0; i < 5; i++) requests += await RunAsync(client);
        server.Refresh();
        return new((server.TotalProcessorTime - before).TotalMilliseconds / requests, "ms_cpu");
    });

    // As a training script does it: one run, its parameters at once, its metrics in batches, a few single values, and a look at a history.
    private static async Task<int> RunAsync(HttpClient client)
    {
        var created = await PostAsync(client, "runs/create", """{"experiment_id":"0","start_time":1}""");
        var run = created.RootElement.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
        var requests = 1;
        await PostAsync(client, "runs/log-batch", $$"""{"run_id":"{{run}}","params":[{{string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"key":"p{{i}}","value":"{{i}}"}"""))}}]}""");
        for (var batch = 0; batch < 10; batch++, requests++)
        {
            var metrics = string.Join(',', Enumerable.Range(batch * 1000, 1000).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"key":"m{{i % 10}}","value":{{i * 0.1}},"timestamp":{{1_700_000_000_000 + i}},"step":{{i}}}""")));
            await PostAsync(client, "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{metrics}}]}""");
        }

        for (var i = 0; i < 10; i++, requests++) await PostAsync(client, "runs/log-metric", $$"""{"run_id":"{{run}}","key":"single","value":{{i}},"timestamp":1,"step":{{i}}}""");
        await client.GetByteArrayAsync(new Uri($"api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=m1", UriKind.Relative));
        await PostAsync(client, "runs/update", $$"""{"run_id":"{{run}}","status":"FINISHED","end_time":2}""");
        return requests + 3;
    }

    private static async Task<JsonDocument> PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("api/2.0/mlflow/" + path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException(text);
    }

    // The same rows straight into the store, per request that they would have been.
    private static async Task<Measured> LogInProcessAsync()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddMlOpsCore(o => o.Folder = folder.Path).UseSqlite().Services.BuildServiceProvider();
        return await LogInProcessAsync(services.GetRequiredService<IMetadataStore>());
    }

    private static async Task<Measured> LogToPostgresInProcessAsync()
    {
        await using var store = await PostgresStore.StartAsync();
        return await LogInProcessAsync(store.Metadata);
    }

    private static async Task<Measured> LogInProcessAsync(IMetadataStore store)
    {
        for (var i = 0; i < 2; i++) await RunInProcessAsync(store);
        var requests = 0;
        var measured = await Measured.CpuAsync(async () =>
        {
            for (var i = 0; i < 5; i++) requests += await RunInProcessAsync(store);
        });
        return measured.Per(requests);
    }

    private static async Task<int> RunInProcessAsync(IMetadataStore store)
    {
        var run = Guid.NewGuid().ToString("n");
        await store.StartRunAsync(new(run, Experiment.DefaultName, "run", DateTimeOffset.UnixEpoch));
        await store.LogAsync(run, new() { Parameters = Enumerable.Range(0, 100).ToDictionary(i => $"p{i}", i => $"{i}") });
        for (var batch = 0; batch < 10; batch++) await store.LogAsync(run, new() { Metrics = [.. Enumerable.Range(batch * 1000, 1000).Select(i => new Metric($"m{i % 10}", i * 0.1, i, DateTimeOffset.UnixEpoch))] });
        for (var i = 0; i < 10; i++) await store.LogAsync(run, new() { Metrics = [new("single", i, i, DateTimeOffset.UnixEpoch)] });
        await store.GetMetricHistoryAsync(run, "m1");
        await store.EndRunAsync(run, RunStatus.Finished, DateTimeOffset.UnixEpoch);
        return 24;
    }

    private static Task<Measured> TransferAsync(string kind, string method) => WithServerAsync(kind, null, async (client, _) =>
    {
        var start = Stopwatch.GetTimestamp();
        await PutAsync(client, Megabytes);
        if (method == "PUT") return new(Megabytes / Stopwatch.GetElapsedTime(start).TotalSeconds, "MB/s");
        start = Stopwatch.GetTimestamp();
        await GetAsync(client);
        return new(Megabytes / Stopwatch.GetElapsedTime(start).TotalSeconds, "MB/s");
    });

    private static Task<Measured> MemoryAsync(int megabytes) => WithServerAsync("mlflow", null, async (client, server) =>
    {
        await PutAsync(client, megabytes);
        await GetAsync(client);
        server.Refresh();
        return new(server.PeakWorkingSet64 / 1e6, "MB");
    });

    private static async Task PutAsync(HttpClient client, int megabytes)
    {
        using var content = new Blocks(megabytes);
        using var response = await client.PutAsync(new Uri("api/2.0/mlflow-artifacts/artifacts/big", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private static async Task GetAsync(HttpClient client)
    {
        await using var stream = await client.GetStreamAsync(new Uri("api/2.0/mlflow-artifacts/artifacts/big", UriKind.Relative));
        await stream.CopyToAsync(Stream.Null, 256 << 10);
    }

    private static async Task<Measured> WithServerAsync(string kind, string? postgres, Func<HttpClient, Process, Task<Measured>> work)
    {
        using var server = Process.Start(Itself.Start(["serve", kind, .. postgres is null ? Array.Empty<string>() : [postgres]], redirectsInput: true))!;
        try
        {
            var port = (await server.StandardOutput.ReadLineAsync())!;
            using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMinutes(5) };
            return await work(client, server);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>A body of so many megabytes that is made while it is sent.</summary>
    private sealed class Blocks(int megabytes) : HttpContent
    {
        private readonly byte[] _block = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 31))];

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            for (var i = 0; i < megabytes; i++) await stream.WriteAsync(_block);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = (long)megabytes << 20;
            return true;
        }
    }
}
