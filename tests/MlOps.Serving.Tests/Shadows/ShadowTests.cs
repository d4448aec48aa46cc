using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Serving.Tests;

public sealed class ShadowTests
{
    private const string Body = """{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""";

    [Fact]
    public async Task A_request_that_the_champion_answered_is_given_to_the_shadow_under_the_same_identifier()
    {
        await using var server = await StartAsync();
        var (status, body) = await server.InferAsync();
        (status, body.GetProperty("model_version").GetString()).Should().Be((HttpStatusCode.OK, "1"));
        await UntilShadowedAsync(server, 1);
        var (answer, shadow) = (Of(server, "champion").Single(), Of(server, "shadow").Single());
        (shadow.Id, shadow.Version, shadow.Caller, shadow.Time, shadow.Error).Should().Be((answer.Id, 2, "http", answer.Time, null));
        ((Tensor<float>)shadow.Outputs[0]).Values.Should().Equal(20);
        shadow.Inputs.Should().BeSameAs(answer.Inputs);
    }

    [Fact]
    public async Task A_shadow_keeps_whom_a_request_is_about_and_its_trace()
    {
        await using var server = await StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model), options: o => o.SubjectHeader = "X-Passenger");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{Server.Model}/infer") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Passenger", "alice");
        await server.SendAsync(request);
        await UntilShadowedAsync(server, 1);
        Of(server, "shadow").Single().Subject.Should().Be("alice");

        using var activity = new Activity("booking").SetIdFormat(ActivityIdFormat.W3C).Start();
        await server.Services.GetRequiredService<IPredictor<Flight, Delay>>().PredictAsync(new() { Distance = 7 }, TestContext.Current.CancellationToken);
        await UntilShadowedAsync(server, 2);
        var shadow = Of(server, "shadow").Last();
        (shadow.Caller, shadow.TraceId).Should().Be(("in-process", activity.TraceId.ToHexString()));
    }

    [Fact]
    public async Task A_shadow_is_traced_within_the_request()
    {
        await using var server = await StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model));
        using var trace = new TraceCollector(Telemetry.Serving);
        await server.Services.GetRequiredService<IPredictor<Flight, Delay>>().PredictAsync(new() { Distance = 7 }, TestContext.Current.CancellationToken);
        await Server.UntilAsync(() => Task.FromResult(trace.Activities.Any(a => a.OperationName == "shadow")));
        var (answered, shadow) = (trace.Activities.First(a => a.OperationName == "predict"), trace.Activities.Single(a => a.OperationName == "shadow"));
        (shadow.TraceId, shadow.ParentSpanId).Should().Be((answered.TraceId, answered.SpanId));
        trace.Activities.Last(a => a.OperationName == "predict").ParentSpanId.Should().Be(shadow.SpanId);
    }

    [Fact]
    public async Task A_shadow_that_fails_is_logged_counted_and_told_of_once_and_touches_no_answer()
    {
        var logs = new FakeLogCollector();
        await using var server = await StartAsync(configure: b => b.Services.AddLogging(l => l.AddProvider(new FakeLoggerProvider(logs))));
        server.Loader.OnVersion = version =>
        {
            if (version == 2) throw new InvalidOperationException("boom");
        };
        using var requests = Requests(server);
        for (var i = 0; i < 3; i++) (await server.InferAsync()).Status.Should().Be(HttpStatusCode.OK);
        await UntilShadowedAsync(server, 3);
        Of(server, "shadow").Should().OnlyContain(e => e.Error == "boom" && e.Outputs.Count == 0);
        await Server.UntilAsync(() => Task.FromResult(Count(requests, "failed") == 3));
        logs.GetSnapshot().Count(l => l.Id.Id == 1813).Should().Be(1);
    }

    [Fact]
    public async Task Nobody_waits_for_a_shadow_and_what_finds_no_room_is_dropped_and_counted()
    {
        await using var server = await StartAsync(shadow => shadow.Capacity = 3);
        using var inside = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        server.Loader.OnVersion = version =>
        {
            if (version != 2) return;
            inside.Release();
            goOn.Wait(TestContext.Current.CancellationToken);
        };
        using var requests = Requests(server);
        await server.InferAsync();
        await inside.WaitAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 6; i++) (await server.InferAsync()).Status.Should().Be(HttpStatusCode.OK);
        Count(requests, "dropped").Should().Be(4, "one is worked on and two wait");
        goOn.Release(3);
        await UntilShadowedAsync(server, 3);
        await Server.UntilAsync(() => Task.FromResult(Count(requests, "ok") == 3));
        goOn.Release(10);
        await server.InferAsync();
        await UntilShadowedAsync(server, 4);
    }

    [Fact]
    public async Task A_request_larger_than_the_room_has_a_shadow_when_nothing_else_waits()
    {
        await using var server = await StartAsync(shadow => shadow.Capacity = 1);
        await server.InferAsync("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[3,1],"data":[1,2,3]}]}""");
        await UntilShadowedAsync(server, 1);
        ((Tensor<float>)Of(server, "shadow").Single().Outputs[0]).Values.Should().Equal(2, 4, 6);
    }

    [Fact]
    public async Task Without_a_version_there_is_no_shadow_which_is_told_once_and_it_is_taken_up_when_there_is_one()
    {
        var logs = new FakeLogCollector();
        await using var server = await StartAsync(configure: b => b.Services.AddLogging(l => l.AddProvider(new FakeLoggerProvider(logs))), points: false);
        for (var i = 0; i < 3; i++) await server.InferAsync();
        logs.GetSnapshot().Count(l => l.Id.Id == 1812).Should().Be(1);
        Of(server, "shadow").Should().BeEmpty();

        await server.PointAsync(null, 2, "challenger");
        await Server.UntilAsync(async () =>
        {
            await server.InferAsync();
            return Of(server, "shadow").Any();
        });

        await server.PointAsync(2, null, "challenger");
        await Server.UntilAsync(async () =>
        {
            await server.InferAsync();
            return logs.GetSnapshot().Count(l => l.Id.Id == 1812) == 2;
        });
    }

    [Fact]
    public async Task A_shadow_follows_its_alias()
    {
        await using var server = await StartAsync(versions: 3);
        await server.PointAsync(2, 3, "challenger");
        await Server.UntilAsync(async () =>
        {
            await server.InferAsync();
            return Of(server, "shadow").Any(e => e.Version == 3);
        });
    }

    [Fact]
    public async Task Only_answers_of_the_champion_have_a_shadow()
    {
        await using var server = await StartAsync();
        await server.InferAsync(path: "/versions/1");
        await server.InferAsync(path: "/versions/challenger");
        (await server.InferAsync("""{"inputs":[{"name":"colour","datatype":"FP64","shape":[1,1],"data":[1]}]}""")).Status.Should().Be(HttpStatusCode.BadRequest);
        await server.InferAsync();
        await UntilShadowedAsync(server, 1);
        Of(server, "shadow").Single().Id.Should().Be(server.Log.Entries.Last(e => e.Variant == "champion").Id);
    }

    [Fact]
    public async Task Columns_that_only_the_champion_takes_are_passed_over()
    {
        await using var server = await Server.StartAsync(configure: b => b.AddShadow(Server.Model), versions: 0);
        var manifest = Server.Manifest();
        await server.RegisterAsync(manifest with { Signature = new(new([new("distance", ColumnType.Float64), new("origin", ColumnType.String)]), manifest.Signature.Outputs) });
        await server.RegisterAsync();
        await server.PointAsync(null, 1);
        await server.PointAsync(null, 2, "challenger");
        await Server.UntilAsync(async () =>
        {
            await server.InferAsync("""{"inputs":[{"name":"origin","datatype":"BYTES","shape":[1,1],"data":["SFO"]},{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""");
            return Of(server, "shadow").Any();
        });
        var shadow = Of(server, "shadow").First();
        (shadow.Error, string.Join(' ', shadow.Inputs.Select(i => i.Name))).Should().Be((null, "distance"));
    }

    [Fact]
    public async Task A_version_is_no_shadow_of_itself()
    {
        await using var server = await StartAsync();
        await server.PointAsync(2, 1, "challenger");
        using var requests = Requests(server);
        await server.InferAsync(path: "/versions/challenger"); // loads it, should the watch not have done so
        await Server.UntilAsync(async () => (await server.InferAsync(path: "/versions/challenger")).Body.GetProperty("model_version").GetString() == "1");
        await server.InferAsync();
        await server.PointAsync(1, 2, "challenger");
        await Server.UntilAsync(async () =>
        {
            await server.InferAsync();
            return Of(server, "shadow").Any();
        });
        Of(server, "shadow").Should().OnlyContain(e => e.Version == 2);
        Count(requests, "dropped").Should().Be(0);
    }

    [Fact]
    public async Task A_share_is_chosen_by_subject_so_that_it_is_the_same_each_time()
    {
        await using var server = await StartAsync(shadow => shadow.Share = 0.5, options: o => o.SubjectHeader = "X-Passenger");
        for (var i = 0; i < 100; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{Server.Model}/infer") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Passenger", $"passenger {i % 50}");
            await server.SendAsync(request);
        }

        await Server.UntilAsync(() => Task.FromResult(Of(server, "shadow").Count() == 2 * Of(server, "shadow").Select(e => e.Subject).Distinct().Count() && Of(server, "shadow").Any()));
        Of(server, "shadow").Select(e => e.Subject).Distinct().Count().Should().BeInRange(10, 40);
    }

    [Fact]
    public async Task A_share_of_none_has_no_shadow()
    {
        await using var server = await StartAsync(shadow => shadow.Share = 0);
        for (var i = 0; i < 20; i++) await server.InferAsync();
        server.Log.Entries.Should().OnlyContain(e => e.Variant == "champion");
    }

    [Fact]
    public async Task A_shadow_is_asked_although_nothing_is_logged()
    {
        await using var server = await StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model), logs: false);
        using var requests = Requests(server);
        using var durations = new MetricCollector<double>(server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.PredictionDuration);
        await server.Services.GetRequiredService<IPredictor<Flight, Delay>>().PredictAsync(new() { Distance = 7 }, TestContext.Current.CancellationToken);
        await Server.UntilAsync(() => Task.FromResult(Count(requests, "ok") == 1));
        durations.GetMeasurementSnapshot().Select(m => ((string)m.Tags["version"]!, (string)m.Tags["caller"]!)).Should().BeEquivalentTo([("1", "in-process"), ("2", "shadow")]);
    }

    [Fact]
    public async Task What_a_guard_has_let_through_is_not_looked_at_again()
    {
        var guard = new Guard();
        await using var server = await StartAsync(configure: b => b.Services.AddSingleton<IModelInputGuard>(guard));
        await server.InferAsync();
        await UntilShadowedAsync(server, 1);
        guard.Looks.Should().Be(1);
    }

    [Fact]
    public async Task Rows_that_say_the_same_are_told_from_those_that_do_not()
    {
        await using var server = await StartAsync();
        using var rows = new MetricCollector<long>(server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.ShadowRows);
        await server.InferAsync();
        await Server.UntilAsync(() => Task.FromResult(rows.GetMeasurementSnapshot().Count > 0));
        rows.GetMeasurementSnapshot().Single().Tags.Should().Equal(new Dictionary<string, object?> { ["model"] = Server.Model, ["version"] = "2", ["champion"] = "1", ["verdict"] = "differs" });
    }

    [Theory]
    [InlineData("champion", 1.0, 1, 1)]
    [InlineData("v2", 1.0, 1, 1)]
    [InlineData("challenger", 1.5, 1, 1)]
    [InlineData("challenger", 1.0, 0, 1)]
    [InlineData("challenger", 1.0, 1, 0)]
    public async Task Options_that_make_no_sense_stop_the_host(string alias, double share, int capacity, int concurrency)
    {
        var start = () => StartAsync(shadow => (shadow.Alias, shadow.Share, shadow.Capacity, shadow.Concurrency) = (alias, share, capacity, concurrency));
        await start.Should().ThrowAsync<OptionsValidationException>();
    }

    [Fact]
    public void A_model_has_one_shadow()
    {
        var builder = new ServiceCollection().AddMlOpsCore().AddShadow("a").AddShadow("b");
        builder.Invoking(b => b.AddShadow("a")).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.AddShadow("a/b")).Should().Throw<ArgumentException>();
    }

    private static async Task<Server> StartAsync(
        Action<ShadowOptions>? shadow = null, Action<MlOpsBuilder>? configure = null, Action<ServingOptions>? options = null, bool logs = true, int versions = 2, bool points = true)
    {
        var server = await Server.StartAsync(
            options,
            b =>
            {
                b.AddShadow(Server.Model, shadow);
                configure?.Invoke(b);
            },
            logs,
            versions);
        if (!points) return server;
        await server.PointAsync(null, 2, "challenger");
        await Server.UntilAsync(() => Task.FromResult(server.Loader.Loaded.Any(m => m.Version == 2)));
        AliasSlot? slot = null;
        await Server.UntilAsync(() => Task.FromResult(server.Services.GetRequiredService<ModelHost>().Current(Server.Model, "challenger", ref slot) == 2));
        return server;
    }

    private static IEnumerable<PredictionEntry> Of(Server server, string variant) => server.Log.Entries.Where(e => e.Variant == variant);

    private static Task UntilShadowedAsync(Server server, int requests) => Server.UntilAsync(() => Task.FromResult(Of(server, "shadow").Count() == requests));

    private static MetricCollector<long> Requests(Server server) => new(server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.ShadowRequests);

    private static long Count(MetricCollector<long> requests, string status) => requests.GetMeasurementSnapshot().Where(m => (string?)m.Tags["status"] == status).Sum(m => m.Value);

    private sealed class Guard : IModelInputGuard
    {
        private int _looks;

        public int Looks => _looks;

        public string Model => Server.Model;

        public IReadOnlyList<InputFinding> Check(DatasetSchema schema, IReadOnlyList<Tensor> inputs)
        {
            Interlocked.Increment(ref _looks);
            return [];
        }
    }
}
