using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Mlflow.Tests;

/// <summary>Our contracts against an MLflow server, for which the server of this room stands.</summary>
public sealed class ClientTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_recorded_with_everything_about_it()
    {
        await using var server = await Server.StartAsync();
        var store = Client(server).Metadata;
        var id = Guid.NewGuid().ToString("n");

        await store.StartRunAsync(new(id, "flights", "first", At) { User = "ada", Tags = new Dictionary<string, string> { ["kind"] = "test" } }, Token);
        await store.LogAsync(id, new()
        {
            Metrics = [.. Enumerable.Range(0, 2500).Select(i => new Metric("loss", i, i, At))],
            Parameters = Enumerable.Range(0, 150).ToDictionary(i => $"p{i}", i => $"{i}"),
            Inputs = [new("data", new string('a', 64), "training")],
        }, Token);
        await store.EndRunAsync(id, RunStatus.Finished, At.AddSeconds(5), cancellationToken: Token);

        var run = (await store.FindRunAsync(id, Token))!;
        run.Should().BeEquivalentTo(new { Id = id, Name = "first", Status = RunStatus.Finished, StartedAt = At, EndedAt = At.AddSeconds(5), User = "ada" });
        run.Parameters.Should().HaveCount(150);
        run.Metrics["loss"].Value.Should().Be(2499);
        run.Tags["kind"].Should().Be("test");
        run.Inputs.Should().ContainSingle().Which.Context.Should().Be("training");
        (await store.GetMetricHistoryAsync(id, "loss", cancellationToken: Token)).Items.Should().HaveCount(2500);
    }

    [Fact]
    public async Task Starting_a_run_twice_starts_it_once()
    {
        await using var server = await Server.StartAsync();
        var id = Guid.NewGuid().ToString("n");

        foreach (var _ in (int[])[1, 2]) await Client(server).Metadata.StartRunAsync(new(id, "flights", "first", At), Token); // as two processes would

        (await Client(server).Metadata.SearchRunsAsync(new() { Experiment = "flights" }, Token)).Items.Should().ContainSingle().Which.Id.Should().Be(id);
    }

    [Fact]
    public async Task Runs_are_searched_in_pages()
    {
        await using var server = await Server.StartAsync();
        var store = Client(server).Metadata;
        foreach (var i in Enumerable.Range(0, 5)) await store.StartRunAsync(new(Guid.NewGuid().ToString("n"), "flights", $"run {i}", At.AddSeconds(i)) { Tags = new Dictionary<string, string> { ["odd"] = $"{i % 2}" } }, Token);

        var query = new RunQuery { Experiment = "flights", Tags = new Dictionary<string, string> { ["odd"] = "0" }, Status = RunStatus.Running, OrderBy = ["start_time ASC"], Limit = 2 };
        var first = await store.SearchRunsAsync(query, Token);
        var second = await store.SearchRunsAsync(query with { After = first.Next }, Token);

        first.Items.Concat(second.Items).Select(r => r.Name).Should().Equal("run 0", "run 2", "run 4");
        second.Next.Should().BeNull();
    }

    [Fact]
    public async Task Errors_of_the_server_are_those_of_the_contract()
    {
        await using var server = await Server.StartAsync();
        var store = Client(server).Metadata;
        var id = Guid.NewGuid().ToString("n");
        await store.CreateExperimentAsync(new("flights", At), Token);
        await store.StartRunAsync(new(id, "flights", "first", At), Token);
        await store.LogAsync(id, new() { Parameters = new Dictionary<string, string> { ["p"] = "1" } }, Token);

        await store.Awaiting(s => s.CreateExperimentAsync(new("flights", At), Token)).Should().ThrowAsync<ConflictException>();
        await store.Awaiting(s => s.LogAsync(id, new() { Parameters = new Dictionary<string, string> { ["p"] = "2" } }, Token)).Should().ThrowAsync<ConflictException>();
        await store.Awaiting(s => s.LogAsync(Guid.NewGuid().ToString("n"), new(), Token)).Should().ThrowAsync<NotFoundException>();
        await store.Awaiting(s => s.SearchRunsAsync(new() { Filter = "nonsense ==" }, Token)).Should().ThrowAsync<SearchException>();
        await store.Awaiting(s => s.PurgeAsync(At, cancellationToken: Token)).Should().ThrowAsync<NotSupportedException>();
        (await store.FindExperimentAsync("99", Token)).Should().BeNull();
        (await store.FindRunAsync(Guid.NewGuid().ToString("n"), Token)).Should().BeNull();
    }

    [Fact]
    public async Task An_experiment_is_changed_deleted_and_restored()
    {
        await using var server = await Server.StartAsync();
        var store = Client(server).Metadata;
        var created = await store.CreateExperimentAsync(new("flights", At) { Tags = new Dictionary<string, string> { ["a"] = "1" } }, Token);

        var changed = await store.ChangeExperimentAsync(created.Id, new(At) { Name = "trains", Tags = new Dictionary<string, string> { ["b"] = "2" }, RemovedTags = ["a"] }, Token);
        var deleted = await store.ChangeExperimentAsync(created.Id, new(At) { IsDeleted = true }, Token);

        changed.Name.Should().Be("trains");
        changed.Tags.Should().Equal(new Dictionary<string, string> { ["b"] = "2" });
        deleted.DeletedAt.Should().NotBeNull();
        (await store.SearchExperimentsAsync(new() { View = LifecycleView.Deleted }, Token)).Items.Should().ContainSingle();
        (await store.ChangeExperimentAsync(created.Id, new(At) { IsDeleted = false }, Token)).DeletedAt.Should().BeNull();
    }

    [Fact]
    public async Task Files_of_runs_go_through_the_proxy()
    {
        await using var server = await Server.StartAsync();
        using var artifacts = new InMemoryArtifactStore();
        var client = Client(server, artifacts);
        var id = Guid.NewGuid().ToString("n");
        await client.Metadata.StartRunAsync(new(id, "flights", "first", At), Token);
        var stored = await artifacts.PutAsync(new MemoryStream("recorded"u8.ToArray()), Token);

        await client.Metadata.LogAsync(id, new() { Artifacts = new Dictionary<string, ArtifactRef> { ["logs/a 1.txt"] = stored } }, Token);
        await client.UploadAsync(id, "b.txt", new MemoryStream("sent"u8.ToArray()), Token);

        (await client.ListAsync(id, cancellationToken: Token)).Should().Equal(new MlflowFile("b.txt", 4), new MlflowFile("logs", null));
        (await ReadAsync("logs/a 1.txt")).Should().Be("recorded");
        (await ReadAsync("b.txt")).Should().Be("sent");
        await client.Awaiting(c => c.DownloadAsync(id, "none", Token)).Should().ThrowAsync<NotFoundException>();
        await client.Awaiting(c => c.DownloadAsync(id, "../x", Token)).Should().ThrowAsync<ArgumentException>();

        async Task<string> ReadAsync(string path)
        {
            using var reader = new StreamReader(await client.DownloadAsync(id, path, Token));
            return await reader.ReadToEndAsync(Token);
        }
    }

    [Fact]
    public async Task Models_versions_and_aliases_are_those_of_the_server()
    {
        await using var server = await Server.StartAsync();
        var registry = Client(server).Registry;

        var version = await registry.RegisterAsync(new("flight delay", null, null, At) { Source = "s3://bucket/model", Description = "first" }, Token);
        await registry.RegisterAsync(new("flight delay", null, null, At) { Source = "s3://bucket/model2" }, Token);
        await registry.SetAliasAsync(new("flight delay", "champion", null, 1, "ada", "best", At), Token);

        version.Should().BeEquivalentTo(new { Model = "flight delay", Version = 1, Source = "s3://bucket/model", Description = "first" });
        (await registry.FindByAliasAsync("flight delay", "champion", Token))!.Version.Should().Be(1);
        (await registry.FindByAliasAsync("flight delay", "none", Token)).Should().BeNull();
        (await registry.FindModelAsync("flight delay", Token))!.Aliases.Should().Equal(new Dictionary<string, int> { ["champion"] = 1 });
        await registry.Awaiting(r => r.SetAliasAsync(new("flight delay", "champion", 2, 1, "ada", "best", At), Token)).Should().ThrowAsync<ConflictException>();
        await registry.Awaiting(r => r.GetHistoryAsync(new(), Token)).Should().ThrowAsync<NotSupportedException>();
        await registry.SetAliasAsync(new("flight delay", "champion", 1, null, "ada", "no longer", At), Token);
        (await registry.FindByAliasAsync("flight delay", "champion", Token)).Should().BeNull();
        (await registry.ChangeVersionAsync("flight delay", 2, new(new("ada", "test", At)) { Stage = "Staging", Tags = new Dictionary<string, string> { ["k"] = "v" } }, Token)).Stage.Should().Be("Staging");
        await registry.DeleteModelAsync("flight delay", new("ada", "test", At), Token);
        (await registry.FindModelAsync("flight delay", Token)).Should().BeNull();
    }

    [Fact]
    public async Task What_could_not_be_answered_is_asked_again()
    {
        var handler = new Scripted(HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadGateway, HttpStatusCode.OK);
        var client = Client(handler);

        (await client.Metadata.SearchExperimentsAsync(new(), Token)).Items.Should().BeEmpty();

        handler.Requests.Should().HaveCount(3);
    }

    [Fact]
    public async Task What_makes_something_is_not_sent_twice_when_it_may_have_been_made()
    {
        var handler = new Scripted(HttpStatusCode.BadGateway);

        await Client(handler).Awaiting(c => c.Registry.CreateModelAsync(new("m", new("ada", "", At)), Token)).Should().ThrowAsync<MlflowServerException>();

        handler.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_server_that_stays_away_is_a_transient_error()
    {
        var error = (await Client(new Scripted()).Awaiting(c => c.Metadata.SearchExperimentsAsync(new(), Token)).Should().ThrowAsync<StoreException>()).Which;

        error.IsTransient.Should().BeTrue();
    }

    [Theory]
    [InlineData("t0ken", null, null, "Bearer t0ken")]
    [InlineData(null, "ada", "pä:ss", "Basic YWRhOnDDpDpzcw==")]
    [InlineData(null, null, null, null)]
    public async Task Credentials_are_sent_as_the_options_say(string? token, string? user, string? password, string? expected)
    {
        var handler = new Scripted(HttpStatusCode.OK);
        var client = Client(handler, new() { Token = token, UserName = user, Password = password });

        await client.Metadata.SearchExperimentsAsync(new(), Token);

        handler.Requests.Should().ContainSingle().Which.Should().Be(expected ?? string.Empty);
    }

    [Fact]
    public void A_host_can_have_a_server_as_its_stores()
    {
        using var services = new ServiceCollection().AddMlOpsCore().UseMlflow(new("https://mlflow.example.com/team"), options => options.Token = "t").Services.BuildServiceProvider();

        services.GetRequiredService<IMetadataStore>().Should().BeSameAs(services.GetRequiredService<MlflowClient>().Metadata);
        services.GetRequiredService<IModelRegistry>().Should().BeSameAs(services.GetRequiredService<MlflowClient>().Registry);
    }

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("https://ada:secret@x")]
    [InlineData("relative")]
    public void An_address_that_is_no_tracking_URI_is_refused(string address) =>
        FluentActions.Invoking(() => new ServiceCollection().AddMlOpsCore().UseMlflow(new(address, UriKind.RelativeOrAbsolute))).Should().Throw<ArgumentException>().WithMessage("*tracking URI*");

    private static MlflowClient Client(Server server, IArtifactStore? artifacts = null) => new(server.Client, new(), artifacts);

    private static MlflowClient Client(HttpMessageHandler handler, MlflowClientOptions? options = null) =>
        new(new HttpClient(handler) { BaseAddress = new("http://localhost/") }, options ?? new() { RetryDelay = TimeSpan.Zero, MaxRetries = 3 });

    /// <summary>Answers with the given statuses, then fails as a network does. Keeps the credentials that it was sent.</summary>
    private sealed class Scripted(params HttpStatusCode[] answers) : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request.Headers.Authorization?.ToString() ?? string.Empty);
            if (Requests.Count > answers.Length) throw new HttpRequestException("The network is gone.");
            return Task.FromResult(new HttpResponseMessage(answers[Requests.Count - 1]) { Content = new StringContent("{}", Encoding.UTF8, "application/json"), RequestMessage = request });
        }
    }
}
