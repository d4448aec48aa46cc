using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;

namespace MlOps.Serving.Tests;

public sealed class InputGuardTests
{
    private const string ThreeRows = """{"inputs":[{"name":"distance","datatype":"FP64","shape":[3,1],"data":[10,-1,7000]}]}""";

    [Fact]
    public async Task A_request_that_a_guard_refuses_is_answered_with_400_names_the_row_and_is_logged_without_outputs()
    {
        await using var server = await ServeAsync(new Guard(refuses: true));
        var (status, body) = await server.InferAsync(ThreeRows);
        status.Should().Be(HttpStatusCode.BadRequest);
        body.GetProperty("error").GetString().Should().Be("The request is not what the model may be asked. Row 1: expected that distance is positive.");
        var entry = server.Log.Entries.Single();
        (entry.Outputs.Count, entry.Error).Should().Be((0, body.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task A_request_that_a_guard_flags_is_answered_with_warnings_and_counted()
    {
        await using var server = await ServeAsync(new Guard(refuses: false));
        using var flagged = new MetricCollector<long>(server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.InputsFlagged);
        var (status, body) = await server.InferAsync(ThreeRows);
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("parameters").GetProperty("warnings").EnumerateArray().Select(w => w.GetString()).Should().Equal("Row 1: expected that distance is positive.");
        flagged.GetMeasurementSnapshot().Single().Value.Should().Be(1);
    }

    [Theory]
    [InlineData("FP32", "[10,-1,7000]")]
    [InlineData("INT64", "[10,-1,7000]")]
    [InlineData("INT64", "[10,-1,1152921504606846976]")]
    public async Task Numbers_of_another_datatype_are_looked_at_as_the_model_takes_them(string datatype, string values)
    {
        await using var server = await ServeAsync(new Guard(refuses: true));
        var (status, body) = await server.InferAsync($$"""{"inputs":[{"name":"distance","datatype":"{{datatype}}","shape":[3,1],"data":{{values}}}]}""");
        status.Should().Be(HttpStatusCode.BadRequest);
        body.GetProperty("error").GetString().Should().Be("The request is not what the model may be asked. Row 1: expected that distance is positive.");
    }

    [Fact]
    public async Task A_request_that_is_as_expected_has_no_warnings()
    {
        await using var server = await ServeAsync(new Guard(refuses: true));
        (await server.InferAsync()).Body.TryGetProperty("parameters", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_guard_of_another_model_is_not_asked()
    {
        await using var server = await ServeAsync(new Guard(refuses: true) { Model = "another" });
        (await server.InferAsync(ThreeRows)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_the_model_does_not_know_is_refused_by_the_model()
    {
        await using var server = await ServeAsync(new Guard(refuses: true));
        var (_, body) = await server.InferAsync("""{"inputs":[{"name":"colour","datatype":"FP64","shape":[1,1],"data":[-1]}]}""");
        body.GetProperty("error").GetString().Should().Contain("'colour' is unknown");
    }

    [Fact]
    public async Task A_typed_prediction_is_looked_at_too_even_when_nothing_is_logged()
    {
        await using var server = await Server.StartAsync(
            configure: b =>
            {
                b.Services.AddSingleton<IModelInputGuard>(new Guard(refuses: true));
                b.AddPredictor<Flight, Scored>(Server.Model);
            },
            logs: false);
        var predictor = server.Services.GetRequiredService<IPredictor<Flight, Scored>>();
        var predict = async (double distance) => (await predictor.PredictAsync(new() { Distance = distance }, TestContext.Current.CancellationToken)).Output.Score;
        (await predict(10)).Should().Be(10);
        (await predict.Awaiting(p => p(-1)).Should().ThrowAsync<ModelInputException>()).Which.Input.Should().Be("distance");
    }

    private static Task<Server> ServeAsync(Guard guard) => Server.StartAsync(configure: b => b.Services.AddSingleton<IModelInputGuard>(guard));

    private sealed class Guard(bool refuses) : IModelInputGuard
    {
        public string Model { get; init; } = Server.Model;

        public IReadOnlyList<InputFinding> Check(DatasetSchema schema, IReadOnlyList<Tensor> inputs)
        {
            var values = ((Tensor<double>)inputs.Single(i => i.Name == "distance")).Values;
            return [.. values.Index().Where(v => v.Item < 0).Select(v => new InputFinding(v.Index, "distance", "distance is positive", refuses))];
        }
    }

    private sealed class Flight
    {
        public double Distance { get; set; }
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
