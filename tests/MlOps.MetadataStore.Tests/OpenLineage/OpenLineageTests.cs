using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.MetadataStore.Tests;

public sealed class OpenLineageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-openlineage-").FullName;
    private readonly Receiver _receiver = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogCollector _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Path => System.IO.Path.Combine(_folder, "new", "events.ndjson");

    public void Dispose()
    {
        _receiver.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Events_are_appended_to_a_file_one_a_line_in_their_order()
    {
        for (var i = 0; i < 2; i++)
        {
            await using var services = Build(o => o.File = Path);
            Tell(services, "run started", "split started", "split finished", "run finished");
        }

        var types = (await File.ReadAllLinesAsync(Path, Cancel)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("eventType").GetString());
        types.Should().Equal("START", "START", "COMPLETE", "COMPLETE", "START", "START", "COMPLETE", "COMPLETE");
    }

    [Fact]
    public async Task Events_are_posted_with_the_key()
    {
        await using (var services = Build(o => (o.Url, o.ApiKey) = (new("http://marquez.example/api/v1/lineage"), "k3y"))) Tell(services, "run started", "run failed");
        _receiver.Bodies.Select(b => b.GetProperty("eventType").GetString()).Should().Equal("START", "FAIL");
        _receiver.Keys.Should().OnlyContain(k => k == "Bearer k3y");
    }

    [Fact]
    public async Task A_receiver_that_is_away_for_a_while_gets_everything_in_order()
    {
        _receiver.Answers.Enqueue(HttpStatusCode.ServiceUnavailable);
        _receiver.Answers.Enqueue(null);
        _receiver.Answers.Enqueue(HttpStatusCode.TooManyRequests);
        await using var services = Build(o => o.Url = new("http://marquez.example/"));
        Tell(services, "run started", "run finished");
        while (_receiver.Bodies.Count < 2)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        _receiver.Bodies.Select(b => b.GetProperty("eventType").GetString()).Should().Equal("START", "COMPLETE");
    }

    [Fact]
    public async Task An_event_that_is_refused_is_lost_logged_and_counted_and_the_next_is_sent()
    {
        _receiver.Answers.Enqueue(HttpStatusCode.BadRequest);
        var services = Build(o => o.Url = new("http://marquez.example/"));
        using var lost = new MetricCollector<long>(null, Telemetry.MetadataStore, Telemetry.OpenLineageLost);
        Tell(services, "run started", "run finished");
        await services.DisposeAsync();
        _receiver.Bodies.Should().ContainSingle();
        lost.GetMeasurementSnapshot().Sum(m => m.Value).Should().Be(1);
        _log.GetSnapshot().Should().ContainSingle(l => l.Id.Id == 1411).Which.Message.Should().Contain("http");
    }

    [Fact]
    public async Task A_receiver_that_hangs_holds_nobody_up_and_what_does_not_fit_is_counted()
    {
        _receiver.Hangs = true;
        var services = Build(o => (o.Url, o.File, o.Capacity, o.FlushTimeout) = (new("http://marquez.example/"), Path, 3, TimeSpan.Zero));
        using var lost = new MetricCollector<long>(null, Telemetry.MetadataStore, Telemetry.OpenLineageLost);
        for (var i = 0; i < 10; i++) Tell(services, "run started");
        lost.GetMeasurementSnapshot().Count(m => Equals(m.Tags["sink"], "http")).Should().BeInRange(6, 7, "3 wait, and one may be on its way");
        while (!File.Exists(Path)) await Task.Yield(); // it has a queue of its own
        await services.DisposeAsync();
        _log.GetSnapshot().Should().Contain(l => l.Id.Id == 1412 && l.Message.Contains("http"));
    }

    [Fact]
    public async Task Events_are_written_to_the_log()
    {
        await using (var services = Build(o => o.Log = true)) Tell(services, "run started");
        _log.GetSnapshot().Should().ContainSingle(l => l.Id.Id == 1410).Which.Message.Should().Contain("\"eventType\":\"START\"");
    }

    [Fact]
    public void A_stage_has_a_run_of_its_own_whose_parent_is_the_run_of_the_pipeline()
    {
        var json = Write("split started");
        json.GetProperty("job").GetProperty("name").GetString().Should().Be("flight-delay.split");
        json.GetProperty("run").GetProperty("runId").GetString().Should().Be(Write("split finished").GetProperty("run").GetProperty("runId").GetString());
        var parent = json.GetProperty("run").GetProperty("facets").GetProperty("parent");
        parent.GetProperty("run").GetProperty("runId").GetString().Should().Be(Write("run started").GetProperty("run").GetProperty("runId").GetString()).And.Be(Guid.ParseExact(Happenings.RunId, "N").ToString());
        OpenLineageWriter.StageRunId(Happenings.RunId, "split", 1).Should().NotBe(OpenLineageWriter.StageRunId(Happenings.RunId, "split", 0));
    }

    [Fact]
    public void The_columns_of_a_split_come_from_those_of_its_parent_and_of_a_model_from_its_features()
    {
        Write("split finished").GetProperty("outputs")[0].GetProperty("facets").GetProperty("columnLineage").GetProperty("fields").GetProperty("distance")
            .GetProperty("inputFields")[0].GetProperty("name").GetString().Should().Be("flights");
        Write("register finished").GetProperty("outputs")[0].GetProperty("facets").GetProperty("columnLineage").GetProperty("fields").GetProperty("Score")
            .GetProperty("inputFields")[0].GetProperty("field").GetString().Should().Be("distance");
    }

    [Fact]
    public void Environment_variables_and_stack_traces_are_sent_only_when_asked_for()
    {
        Write("run started").GetProperty("run").GetProperty("facets").TryGetProperty("environmentVariables", out _).Should().BeFalse();
        Write("run failed").GetProperty("run").GetProperty("facets").GetProperty("errorMessage").TryGetProperty("stackTrace", out _).Should().BeFalse();
        Write("run failed", o => o.StackTraces = true).GetProperty("run").GetProperty("facets").GetProperty("errorMessage").GetProperty("stackTrace").GetString().Should().Contain("Happenings");
        Write("run started", o => o.EnvironmentVariables.Add("PATH")).GetProperty("run").GetProperty("facets").GetProperty("environmentVariables").ToString().Should().Contain("PATH");
    }

    [Theory]
    [InlineData("Log", "false")]
    [InlineData("Url", "ftp://example.org/")]
    [InlineData("Url", "relative")]
    [InlineData("File", "")]
    [InlineData("Namespace", "")]
    [InlineData("Capacity", "0")]
    [InlineData("MaxAttempts", "0")]
    [InlineData("Timeout", "00:00:00")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:OpenLineage:Log"] = "true", [$"MlOps:OpenLineage:{option}"] = value });
        builder.Services.AddMlOpsCore().AddOpenLineage();
        using var host = builder.Build();
        await FluentActions.Awaiting(() => host.StartAsync(Cancel)).Should().ThrowAsync<OptionsValidationException>();
    }

    [Fact]
    public async Task Adding_it_twice_sends_each_event_once()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().AddOpenLineage(o => o.File = Path).AddOpenLineage(o => o.Namespace = "twice");
        await using (var provider = services.BuildServiceProvider()) Tell(provider, "run started");
        (await File.ReadAllLinesAsync(Path, Cancel)).Should().ContainSingle().Which.Should().Contain("twice");
    }

    private static JsonElement Write(string name, Action<OpenLineageOptions>? configure = null)
    {
        var options = new OpenLineageOptions();
        configure?.Invoke(options);
        return JsonDocument.Parse(new OpenLineageWriter(options).Write(Happenings.All[name])).RootElement;
    }

    private static void Tell(IServiceProvider services, params string[] names)
    {
        foreach (var name in names)
        {
            foreach (var listener in services.GetServices<IRunListener>()) listener.OnRunEvent(Happenings.All[name]);
        }
    }

    private ServiceProvider Build(Action<OpenLineageOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_log)));
        services.AddMlOpsCore().AddOpenLineage(configure);
        services.AddHttpClient("MlOps.OpenLineage").ConfigurePrimaryHttpMessageHandler(() => _receiver);
        return services.BuildServiceProvider();
    }

    private sealed class Receiver : HttpMessageHandler
    {
        public Queue<HttpStatusCode?> Answers { get; } = new();

        public System.Collections.Concurrent.ConcurrentQueue<JsonElement> Bodies { get; } = new();

        public System.Collections.Concurrent.ConcurrentQueue<string?> Keys { get; } = new();

        public bool Hangs { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Hangs) await Task.Delay(Timeout.Infinite, cancellationToken);
            var answer = Answers.TryDequeue(out var planned) ? planned ?? throw new HttpRequestException("Nobody is there.") : HttpStatusCode.Created;
            if (answer == HttpStatusCode.Created)
            {
                Bodies.Enqueue(JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)).RootElement);
                Keys.Enqueue(request.Headers.Authorization?.ToString());
            }

            return new(answer);
        }
    }
}
