using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Serving.Tests;

public sealed class InputEnricherTests
{
    private const string Origin = """{"inputs":[{"name":"origin","datatype":"BYTES","shape":[2,1],"data":["SFO","LAX"]}]}""";

    private const string WithPassenger = """{"inputs":[{"name":"origin","datatype":"BYTES","shape":[1,1],"data":["SFO"]},{"name":"passenger","datatype":"BYTES","shape":[1,1],"data":["ann"]}]}""";

    [Fact]
    public async Task A_column_that_a_request_leaves_out_is_asked_of_the_enricher_and_logged()
    {
        await using var server = await ServeAsync(new Enricher());
        var (status, body) = await server.InferAsync(Origin);
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetDouble()).Should().Equal(3, 3);
        server.Log.Entries.Single().Inputs.Select(i => i.Name).Should().Equal("origin", "distance");
    }

    [Fact]
    public async Task What_the_caller_gives_is_kept()
    {
        var enricher = new Enricher();
        await using var server = await ServeAsync(enricher);
        var (_, body) = await server.InferAsync("""{"inputs":[{"name":"origin","datatype":"BYTES","shape":[1,1],"data":["SFO"]},{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""");
        body.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble().Should().Be(10);
        enricher.Asked.Should().Be(0);
    }

    [Fact]
    public async Task An_enricher_that_lacks_what_it_finds_by_refuses_the_request()
    {
        await using var server = await ServeAsync(new Enricher { Error = new ModelInputException("Input 'airport' is missing.", "airport") });
        var (status, body) = await server.InferAsync(Origin);
        status.Should().Be(HttpStatusCode.BadRequest);
        body.GetProperty("error").GetString().Should().Be("Input 'airport' is missing.");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_no_fault_of_the_caller()
    {
        await using var server = await ServeAsync(new Enricher { Error = new StoreException("secret-host does not answer") });
        var (status, body) = await server.InferAsync(Origin);
        status.Should().Be(HttpStatusCode.ServiceUnavailable);
        body.GetProperty("error").GetString().Should().NotContain("secret-host");
    }

    [Fact]
    public async Task A_typed_prediction_is_added_to_even_when_nothing_is_logged()
    {
        await using var server = await ServeAsync(new Enricher(), logs: false, b => b.AddPredictor<Departure, Delay>(Server.Model));
        var predictor = server.Services.GetRequiredService<IPredictor<Departure, Delay>>();
        (await predictor.PredictAsync(new() { Origin = "SFO" }, TestContext.Current.CancellationToken)).Output.Score.Should().Be(3);
    }

    [Fact]
    public async Task A_model_that_is_none_of_its_business_is_left_alone()
    {
        var enricher = new Enricher { Columns = [] };
        await using var server = await ServeAsync(enricher);
        (await server.InferAsync(Origin)).Status.Should().Be(HttpStatusCode.BadRequest);
        enricher.Asked.Should().Be(0);
    }

    [Fact]
    public async Task A_request_may_hold_what_columns_are_found_by_although_the_model_does_not_take_it()
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] });
        var (status, body) = await server.InferAsync(WithPassenger);
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble().Should().Be(3);
        server.Log.Entries.Single().Inputs.Select(i => i.Name).Should().Equal("origin", "passenger", "distance");
    }

    [Fact]
    public async Task What_columns_are_found_by_may_stand_beside_all_that_the_model_takes()
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] });
        var (status, _) = await server.InferAsync(
            """{"inputs":[{"name":"origin","datatype":"BYTES","shape":[1,1],"data":["SFO"]},{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]},{"name":"passenger","datatype":"BYTES","shape":[1,1],"data":["ann"]}]}""");
        status.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"name":"passenger","datatype":"INT64","shape":[1,1],"data":[7]}""", "*'passenger' has the datatype INT64*")]
    [InlineData("""{"name":"passenger","datatype":"BYTES","shape":[2,1],"data":["ann","bob"]}""", "*'passenger' has 2 rows, but 'origin' has 1*")]
    [InlineData("""{"name":"passenger","datatype":"BYTES","shape":[1,1],"data":["ann"]},{"name":"passenger","datatype":"BYTES","shape":[1,1],"data":["bob"]}""", "*'passenger' stands twice*")]
    public async Task A_column_that_others_are_found_by_must_fit_the_request(string input, string error)
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] });
        var (status, body) = await server.InferAsync($$"""{"inputs":[{"name":"origin","datatype":"BYTES","shape":[1,1],"data":["SFO"]},{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]},{{input}}]}""");
        status.Should().Be(HttpStatusCode.BadRequest);
        body.GetProperty("error").GetString().Should().Match(error);
    }

    [Fact]
    public async Task A_typed_prediction_hands_on_what_columns_are_found_by()
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] }, configure: b => b.AddPredictor<Booking, Delay>(Server.Model));
        var predictor = server.Services.GetRequiredService<IPredictor<Booking, Delay>>();
        (await predictor.PredictAsync(new() { Origin = "SFO", Passenger = "ann" }, TestContext.Current.CancellationToken)).Output.Score.Should().Be(3);
        ((Tensor<string?>)server.Log.Entries.Single().Inputs.Single(i => i.Name == "passenger")).Values.Should().Equal("ann");
    }

    [Fact]
    public async Task The_metadata_of_a_model_say_what_a_caller_may_leave_out_and_what_it_is_found_by()
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] });
        var metadata = await server.Client.GetFromJsonAsync<JsonElement>($"/v2/models/{Server.Model}", TestContext.Current.CancellationToken);
        metadata.GetProperty("inputs").EnumerateArray().Select(i => (i.GetProperty("name").GetString(), i.TryGetProperty("parameters", out var parameters) && parameters.GetProperty("optional").GetBoolean()))
            .Should().Equal(("origin", false), ("distance", true), ("passenger", false));
    }

    [Fact]
    public async Task A_shadow_is_given_what_its_columns_are_found_by()
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] }, configure: b => b.AddShadow(Server.Model));
        await server.RegisterAsync((await server.Registry.FindAsync(Server.Model, 1, TestContext.Current.CancellationToken))!.Bundle!.Manifest);
        await server.PointAsync(null, 2, "challenger");
        await Server.UntilAsync(async () =>
        {
            await server.InferAsync(WithPassenger);
            return server.Log.Entries.Any(e => e.Variant == "shadow");
        });
        var shadow = server.Log.Entries.First(e => e.Variant == "shadow");
        (shadow.Error, string.Join(' ', shadow.Inputs.Select(i => i.Name))).Should().Be((null, "origin passenger distance"));
    }

    [Fact]
    public async Task What_a_column_is_found_by_is_no_unknown_input()
    {
        await using var server = await ServeAsync(new Enricher { Keys = [new("passenger", ColumnType.String)] }, options: o => o.IgnoreUnknownInputs = true);
        await server.InferAsync(WithPassenger.Replace("[{", """[{"name":"gate","datatype":"INT64","shape":[1,1],"data":[3]},{""", StringComparison.Ordinal));
        var entry = server.Log.Entries.Single();
        (entry.Error, string.Join(' ', entry.Inputs.Select(i => i.Name))).Should().Be((null, "origin passenger distance"));
    }

    private static async Task<Server> ServeAsync(Enricher enricher, bool logs = true, Action<MlOpsBuilder>? configure = null, Action<ServingOptions>? options = null)
    {
        var server = await Server.StartAsync(
            options,
            configure: b =>
            {
                b.Services.AddSingleton<IModelInputEnricher>(enricher);
                configure?.Invoke(b);
            },
            logs: logs,
            versions: 0);
        var manifest = Server.Manifest();
        await server.RegisterAsync(manifest with { Signature = new(new([new("origin", ColumnType.String), new("distance", ColumnType.Float64)]), manifest.Signature.Outputs) });
        await server.PointAsync(null, 1);
        return server;
    }

    /// <summary>Knows that every distance is as long as the code of the airport.</summary>
    private sealed class Enricher : IModelInputEnricher
    {
        public IReadOnlyList<string> Columns { get; init; } = ["distance"];

        public IReadOnlyList<Column> Keys { get; init; } = [];

        public Exception? Error { get; init; }

        public int Asked { get; private set; }

        public IReadOnlyList<string> ColumnsOf(BundleManifest model) => Columns;

        public IReadOnlyList<Column> KeysOf(BundleManifest model) => Keys;

        public ValueTask<IReadOnlyList<Tensor>> FindAsync(BundleManifest model, IReadOnlyList<string> columns, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken)
        {
            Asked++;
            if (Error is not null) throw Error;
            var origins = (Tensor<string?>)inputs.Single(i => i.Name == "origin");
            return new([Tensor.Of("distance", [.. origins.Values.Select(o => (double)o!.Length)])]);
        }
    }

    private sealed class Booking
    {
        public string? Origin { get; set; }

        public string? Passenger { get; set; }
    }

    private sealed class Departure
    {
        public string? Origin { get; set; }
    }
}
