using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using MlOps.Core;

namespace MlOps.Mlflow.Tests;

/// <summary>What goes wrong in a store becomes a code of MLflow, and names nothing but what the caller sent.</summary>
public sealed class ErrorTests
{
    private const string Secret = "SELECT * FROM runs -- /var/lib/secret.db";

    public static TheoryData<string, int, string> Errors() => new()
    {
        { nameof(SearchException), 400, "INVALID_PARAMETER_VALUE" },
        { nameof(GateRefusedException), 403, "PERMISSION_DENIED" },
        { nameof(ConflictException), 409, "RESOURCE_CONFLICT" },
        { nameof(NotFoundException), 404, "RESOURCE_DOES_NOT_EXIST" },
        { "busy", 503, "TEMPORARILY_UNAVAILABLE" },
        { nameof(StoreException), 500, "INTERNAL_ERROR" },
        { nameof(ArtifactCorruptException), 500, "DATA_LOSS" },
        { nameof(InvalidOperationException), 500, "INTERNAL_ERROR" },
        { nameof(ArgumentNullException), 500, "INTERNAL_ERROR" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_of_a_store_has_its_code(string error, int status, string code)
    {
        await using var server = await StartAsync(ErrorOf(error));

        var answer = await server.CallAsync("GET", "experiments/search?max_results=1");

        ((int)answer.Status).Should().Be(status);
        answer.Code.Should().Be(code);
        answer.Text.Should().NotContain("SELECT").And.NotContain("/var/lib").And.NotContain("   at ");
    }

    [Fact]
    public async Task What_the_caller_is_not_told_stands_in_the_log()
    {
        var logs = new FakeLogCollector();
        await using var server = await StartAsync(ErrorOf(nameof(InvalidOperationException)), logs);

        await server.CallAsync("GET", "experiments/search?max_results=1");

        logs.GetSnapshot().Should().ContainSingle(l => l.Level == LogLevel.Error).Which.Exception!.Message.Should().Contain(Secret);
    }

    [Fact]
    public async Task A_gate_refuses_with_its_reasons()
    {
        await using var server = await Server.StartAsync(configure: builder => builder.Services.AddSingleton<IAliasGate>(new Refusing()));
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");
        await server.CallAsync("POST", "model-versions/create", """{"name":"m","source":"s3://b/m"}""");

        var answer = await server.CallAsync("POST", "registered-models/alias", """{"name":"m","alias":"champion","version":"1"}""");

        answer.Status.Should().Be(HttpStatusCode.Forbidden);
        answer.Code.Should().Be("PERMISSION_DENIED");
        answer.Message.Should().Contain("Its AUC is too low.");
    }

    [Fact]
    public async Task The_history_names_the_caller()
    {
        await using var server = await Server.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");

        var history = await server.Registry.GetHistoryAsync(new(), TestContext.Current.CancellationToken);

        history.Should().ContainSingle().Which.By.Should().Be("an MLflow client");
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("1e999")]
    public async Task Odd_names_are_bad_requests(string name)
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("POST", "experiments/create", $$"""{"name":{{name}}}""");

        answer.Status.Should().Be(HttpStatusCode.BadRequest);
        answer.Code.Should().Be("INVALID_PARAMETER_VALUE");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("{\"metrics\":[null]}")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[1]}")]
    [InlineData("{\"run_id\":\"r\",\"params\":[[]]}")]
    [InlineData("{\"run_id\":\"r\",\"tags\":{\"a\":1}}")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":{},\"value\":1,\"timestamp\":1}]}")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"m\",\"value\":1,\"timestamp\":9223372036854775807}]}")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"m\",\"value\":1,\"timestamp\":1e30}]}")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"m\",\"value\":true,\"timestamp\":1}]}")]
    public async Task Odd_batches_are_bad_requests(string body)
    {
        await using var server = await Server.StartAsync();

        (await server.CallAsync("POST", "runs/log-batch", body)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("metrics", 1001, 1000)]
    [InlineData("params", 101, 100)]
    [InlineData("tags", 101, 100)]
    public async Task A_batch_has_limits(string kind, int count, int most)
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        var items = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"key":"k{{i}}","value":"1","timestamp":1}"""));

        var answer = await server.CallAsync("POST", "runs/log-batch", $$"""{"run_id":"{{run}}","{{kind}}":[{{items}}]}""");

        answer.Message.Should().Be($"A batch logging request can contain at most {most} {kind}. Got {count} {kind}. Please split up {kind} across multiple requests and try again.");
    }

    [Fact]
    public async Task A_batch_has_a_limit_for_everything_together()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        var metrics = string.Join(',', Enumerable.Repeat("""{"key":"k","value":1,"timestamp":1}""", 1000));

        var answer = await server.CallAsync("POST", "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{metrics}}],"params":[{"key":"p","value":"1"}]}""");

        answer.Message.Should().Contain("at most 1000 metrics, params, and tags");
    }

    [Theory]
    [InlineData(true, 6000)]
    [InlineData(false, 0)]
    public async Task Long_values_are_cut_or_refused(bool truncates, int length)
    {
        await using var server = await Server.StartAsync(options: options => options.TruncateLongValues = truncates);
        var run = await server.RunAsync();

        var answer = await server.CallAsync("POST", "runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"{{new string('a', 7000)}}"}""");

        answer.Status.Should().Be(truncates ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        var parameters = (await server.Metadata.FindRunAsync(run, TestContext.Current.CancellationToken))!.Parameters;
        (parameters.TryGetValue("p", out var value) ? value.Length : 0).Should().Be(length);
    }

    [Fact]
    public async Task A_long_key_is_refused_with_MLflows_words()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        var key = new string('k', 251);

        (await server.CallAsync("POST", "runs/log-metric", $$"""{"run_id":"{{run}}","key":"{{key}}","value":1,"timestamp":1}""")).Message
            .Should().Be($"Metric name '{key[..250]}' had length 251, which exceeded length limit of 250");
        (await server.CallAsync("POST", "experiments/create", $$"""{"name":"{{new string('n', 501)}}"}""")).Message.Should().Be("'name' exceeds the maximum length of 500 characters");
    }

    [Fact]
    public async Task A_name_that_a_run_is_given_is_an_adjective_a_noun_and_a_number()
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("POST", "runs/create", "{}");

        answer.Body.GetProperty("run").GetProperty("info").GetProperty("run_name").GetString().Should().MatchRegex("^[a-z]+-[a-z]+-[0-9]{1,3}$");
    }

    [Fact]
    public async Task Health_and_version_are_texts()
    {
        await using var server = await Server.StartAsync();

        (await server.CallAsync("GET", "/health")).Text.Should().Be("OK");
        (await server.CallAsync("GET", "/version")).Text.Should().Be("2.17.2");
    }

    [Theory]
    [InlineData(0, 10, 5, new long[] { 0, 2, 4, 6, 8, 9 })]
    [InlineData(0, 5, 5, new long[] { 0, 1, 2, 3, 4 })]
    [InlineData(0, 101, 5, new long[] { 0, 20, 40, 60, 80, 100 })]
    public void Steps_are_picked_at_even_distances(int start, int count, int limit, long[] picked) =>
        MetricHandlers.Sample([.. Enumerable.Range(start, count).Select(i => (long)i)], limit).Should().BeEquivalentTo(picked);

    private static Task<Server> StartAsync(Exception error, FakeLogCollector? logs = null) => Server.StartAsync(configure: builder =>
    {
        if (logs is not null) builder.Logging.AddProvider(new FakeLoggerProvider(logs));
        var store = DispatchProxy.Create<IMetadataStore, Failing>();
        ((Failing)(object)store).Error = error;
        builder.Services.AddSingleton(store);
    });

    private static Exception ErrorOf(string name) => name switch
    {
        nameof(SearchException) => new SearchException("not understood"),
        nameof(GateRefusedException) => new GateRefusedException("no", ["Not good enough."]),
        nameof(ConflictException) => new ConflictException("somebody was first"),
        nameof(NotFoundException) => new NotFoundException("run", "r"),
        "busy" => new StoreException(Secret, isTransient: true),
        nameof(StoreException) => new StoreException(Secret),
        nameof(ArtifactCorruptException) => new ArtifactCorruptException("/var/lib/x", "a", "b"),
        nameof(ArgumentNullException) => new ArgumentNullException(null, Secret),
        _ => new InvalidOperationException(Secret),
    };

    private sealed class Refusing : IAliasGate
    {
        public ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default) => new(["Its AUC is too low."]);
    }

    public class Failing : DispatchProxy
    {
        public Exception Error { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw Error;
    }
}
