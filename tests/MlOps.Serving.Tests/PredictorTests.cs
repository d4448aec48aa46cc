using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Serving.Tests;

public sealed class PredictorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_is_predicted_and_logged_when_there_is_a_log(bool logs)
    {
        await using var server = await Server.StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model), logs: logs);
        var predictor = server.Services.GetRequiredService<IPredictor<Flight, Delay>>();
        var prediction = await predictor.PredictAsync(new() { Distance = 7 }, TestContext.Current.CancellationToken);
        prediction.Output.Score.Should().Be(7);
        prediction.Version.Should().Be(1);
        Guid.ParseExact(prediction.Id, "N").Version.Should().Be(7);
        if (!logs) return;
        var entry = server.Log.Entries.Single();
        (entry.Id, entry.Model, entry.Version, entry.Caller, entry.Error).Should().Be((prediction.Id, Server.Model, 1, "in-process", null));
        ((Tensor<double>)entry.Inputs.Single()).Values.Should().Equal(7);
        ((Tensor<float>)entry.Outputs[0]).Values.Should().Equal(7);
    }

    [Fact]
    public async Task The_predictor_follows_the_alias_and_readiness_waits_for_its_model()
    {
        await using var server = await Server.StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model), versions: 0);
        var predictor = server.Services.GetRequiredService<IPredictor<Flight, Delay>>();
        (await server.GetAsync("/v2/health/ready")).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        var early = async () => await predictor.PredictAsync(new(), TestContext.Current.CancellationToken);
        await early.Should().ThrowAsync<NotFoundException>();
        await server.RegisterAsync();
        await server.RegisterAsync();
        await server.PointAsync(null, 1);
        await Server.UntilAsync(async () => (await server.GetAsync("/v2/health/ready")).Status == HttpStatusCode.OK);
        await server.PointAsync(1, 2);
        await Server.UntilAsync(async () => (await predictor.PredictAsync(new(), TestContext.Current.CancellationToken)).Output.Version == 2);
    }

    [Fact]
    public async Task A_version_that_the_types_do_not_fit_does_not_take_the_place_of_one_that_they_do()
    {
        await using var server = await Server.StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model));
        (await server.VersionAsync()).Should().Be(1);
        await server.RegisterAsync(Server.Manifest(output: "Other"));
        await server.PointAsync(1, 2);
        await Server.UntilAsync(() => Task.FromResult(server.Loader.Loaded.Any(m => m.Version == 2 && m.IsDisposed)));
        (await server.VersionAsync()).Should().Be(1);
    }

    [Fact]
    public async Task An_error_of_the_model_reaches_the_caller_and_the_log()
    {
        await using var server = await Server.StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model));
        server.Loader.OnPredict = () => throw new InvalidOperationException("boom");
        var predict = async () => await server.Services.GetRequiredService<IPredictor<Flight, Delay>>().PredictAsync(new(), TestContext.Current.CancellationToken);
        await predict.Should().ThrowAsync<InvalidOperationException>();
        server.Log.Entries.Single().Error.Should().Be("boom");
        server.Log.Entries.Single().Outputs.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null, "ok", ActivityStatusCode.Unset)]
    [InlineData("boom", "failed", ActivityStatusCode.Error)]
    public async Task A_prediction_is_measured_and_traced(string? error, string status, ActivityStatusCode traced)
    {
        await using var server = await Server.StartAsync(configure: b => b.AddPredictor<Flight, Delay>(Server.Model));
        if (error is not null) server.Loader.OnPredict = () => throw new InvalidOperationException(error);
        using var trace = new TraceCollector(Telemetry.Serving);
        using var durations = new MetricCollector<double>(server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.PredictionDuration);
        try
        {
            await server.Services.GetRequiredService<IPredictor<Flight, Delay>>().PredictAsync(new(), TestContext.Current.CancellationToken);
        }
        catch (InvalidOperationException e) when (e.Message == error)
        {
            // As it was meant to.
        }

        durations.GetMeasurementSnapshot().Should().ContainSingle().Which.Tags.Should().Equal(
            new Dictionary<string, object?> { ["model"] = Server.Model, ["version"] = "1", ["caller"] = "in-process", ["status"] = status });
        var activity = trace.Activities.Should().ContainSingle().Which;
        (activity.OperationName, activity.Status).Should().Be(("predict", traced));
        activity.TagObjects.Should().Equal(new("model", Server.Model), new KeyValuePair<string, object?>("version", "1"));
    }

    [Fact]
    public void The_same_types_do_not_predict_with_two_models()
    {
        var builder = new ServiceCollection().AddMlOpsCore().AddPredictor<Flight, Delay>("a").AddPredictor<Flight, Delay>("a");
        var again = () => builder.AddPredictor<Flight, Delay>("b");
        again.Should().Throw<ArgumentException>();
        builder.Services.Count(d => d.ServiceType == typeof(IPredictor<Flight, Delay>)).Should().Be(1);
    }

    [Fact]
    public async Task A_prediction_is_given_although_the_log_is_broken()
    {
        await using var server = await Server.StartAsync();
        server.Log.IsBroken = true;
        (await server.InferAsync()).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_request_over_http_is_logged_and_a_refused_one_adds_no_columns()
    {
        await using var server = await Server.StartAsync();
        await server.InferAsync("""{"id":"a","inputs":[{"name":"distance","datatype":"FP64","shape":[2,1],"data":[1,null]}]}""");
        await server.InferAsync("""{"id":"b","inputs":[{"name":"evil","datatype":"FP64","shape":[1,1],"data":[1]}]}""");
        server.Log.Entries.Select(e => (e.Id, e.Caller, e.Version, Inputs: e.Inputs.Count, Outputs: e.Outputs.Count)).Should().Equal(("a", "http", 1, 1, 2), ("b", "http", 1, 0, 0));
        server.Log.Entries.Last().Error.Should().Contain("evil");
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public async Task Options_that_make_no_sense_stop_the_host(int bytes, int rows, int versions)
    {
        var start = () => Server.StartAsync(o => (o.MaxRequestBytes, o.MaxRows, o.MaxLoadedVersions) = (bytes, rows, versions));
        await start.Should().ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>();
    }
}
