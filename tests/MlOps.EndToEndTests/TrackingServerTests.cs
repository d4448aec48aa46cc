using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MlOps.Tests;
using Npgsql;

namespace MlOps.EndToEndTests;

/// <summary>The sample, run as its reader runs it: the MLflow API as a server of its own.</summary>
public sealed class TrackingServerTests
{
    [Fact]
    public async Task The_sample_serves_the_API_and_forgets_everything_when_it_is_reset()
    {
        using var folder = new TemporaryFolder();
        await ResetAsync(folder, "mlops.db");
    }

    [Fact]
    public async Task The_sample_keeps_everything_in_PostgreSQL_when_it_is_told_so()
    {
        await using var postgres = await PostgresServer.StartAsync();
        if (postgres is null && Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException("There is no PostgreSQL server.");
        Assert.SkipWhen(postgres is null, "There is no PostgreSQL server: none is named in MLOPS_POSTGRES, and none is installed.");
        var database = "tracking_" + Guid.NewGuid().ToString("n");
        await using (var source = NpgsqlDataSource.Create(postgres.ConnectionString))
        await using (var create = source.CreateCommand($"CREATE DATABASE {database}"))
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();

        await ResetAsync(folder, new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = database }.ToString());

        Directory.EnumerateFiles(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task Only_in_development_it_can_be_reset()
    {
        using var folder = new TemporaryFolder();
        using var server = await RunningServer.StartAsync(folder, "mlops.db", "Production", "--allow-reset");
        using var reset = await server.Client.PostAsync(new Uri("test-only/reset", UriKind.Relative), null, TestContext.Current.CancellationToken);

        reset.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_page_of_a_site_cannot_reset_it()
    {
        using var folder = new TemporaryFolder();
        using var server = await RunningServer.StartAsync(folder, "mlops.db", "Development", "--allow-reset");
        using var ofPage = new HttpRequestMessage(HttpMethod.Post, "test-only/reset") { Headers = { { "Origin", "http://evil.example" } } };
        using var rebound = new HttpRequestMessage(HttpMethod.Post, "test-only/reset") { Headers = { Host = "evil.example" } };

        using var first = await server.Client.SendAsync(ofPage, TestContext.Current.CancellationToken);
        using var second = await server.Client.SendAsync(rebound, TestContext.Current.CancellationToken);

        (first.StatusCode, second.StatusCode).Should().Be((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task The_default_experiment_is_older_than_the_first_that_a_client_makes()
    {
        using var folder = new TemporaryFolder();
        using var server = await RunningServer.StartAsync(folder, "mlops.db", "Production");
        using var created = await server.Client.PostAsJsonAsync("api/2.0/mlflow/experiments/create", new { name = "e" }, TestContext.Current.CancellationToken);
        using var found = await server.Client.PostAsJsonAsync("api/2.0/mlflow/experiments/search", new { max_results = 10 }, TestContext.Current.CancellationToken);

        var experiments = (await found.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("experiments");
        experiments.EnumerateArray().Select(e => e.GetProperty("name").GetString()).Should().Equal("e", "Default");
    }

    private static async Task ResetAsync(TemporaryFolder folder, string store)
    {
        using var server = await RunningServer.StartAsync(folder, store, "Development", "--allow-reset");
        (await server.Client.GetStringAsync(new Uri("health", UriKind.Relative), TestContext.Current.CancellationToken)).Should().Be("OK");
        using var created = await server.Client.PostAsJsonAsync("api/2.0/mlflow/experiments/create", new { name = "e" }, TestContext.Current.CancellationToken);
        created.StatusCode.Should().Be(HttpStatusCode.OK);
        using var registered = await server.Client.PostAsJsonAsync("api/2.0/mlflow/registered-models/create", new { name = "m" }, TestContext.Current.CancellationToken);
        registered.StatusCode.Should().Be(HttpStatusCode.OK, "the history of the registry, too, is to be forgotten");

        using var reset = await server.Client.PostAsync(new Uri("test-only/reset", UriKind.Relative), null, TestContext.Current.CancellationToken);
        using var found = await server.Client.PostAsJsonAsync("api/2.0/mlflow/experiments/search", new { max_results = 10 }, TestContext.Current.CancellationToken);

        reset.StatusCode.Should().Be(HttpStatusCode.OK);
        (await server.Client.GetAsync(new Uri("api/2.0/mlflow/registered-models/get?name=m", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var experiments = (await found.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("experiments");
        experiments.EnumerateArray().Select(e => $"{e.GetProperty("name")} {e.GetProperty("artifact_location")}").Should().Equal("Default mlflow-artifacts:/0");
    }

    /// <summary>The sample as a process, and a client of it.</summary>
    private sealed class RunningServer : IDisposable
    {
        private readonly Process _process;

        private RunningServer(Process process, HttpClient client) => (_process, Client) = (process, client);

        public HttpClient Client { get; }

        public static async Task<RunningServer> StartAsync(TemporaryFolder folder, string store, string environment, params string[] arguments)
        {
            var program = Repository.PathOf("docs", "samples", "TrackingServer", "bin", Repository.Configuration, "net10.0", "TrackingServer.dll");
            var start = new ProcessStartInfo("dotnet", [program, "--urls", "http://127.0.0.1:0", "--store", store, "--artifacts-destination", "artifacts", .. arguments])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
            };
            start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
            start.Environment["TMPDIR"] = Directory.CreateDirectory(folder.PathOf("temporary")).FullName; // it is killed, and what it leaves goes with the folder
            var process = Process.Start(start)!;
            try
            {
                return new(process, await ConnectAsync(process));
            }
            catch
            {
                End(process);
                throw;
            }
        }

        public void Dispose()
        {
            Client.Dispose();
            End(_process);
        }

        // Whoever is told to end may still write for a moment, into a folder that is about to be removed.
        private static void End(Process process)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        private static async Task<HttpClient> ConnectAsync(Process server)
        {
            const string Listening = "Now listening on: ";
            while (await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) return new() { BaseAddress = new(line[(at + Listening.Length)..].Trim() + "/") };
            }

            throw new InvalidOperationException("The server ended before it listened.");
        }
    }
}
