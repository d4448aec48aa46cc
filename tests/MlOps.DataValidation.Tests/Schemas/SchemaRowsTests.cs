using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Statistics;
using MlOps.Testing;
using static MlOps.DataValidation.Tests.Batches;

namespace MlOps.DataValidation.Tests;

public class SchemaRowsTests
{
    private static readonly DataSchema Flights = new(
        new ColumnSchema("distance", ValueKind.Real).Required().Between(0, 5000),
        new ColumnSchema("carrier", ValueKind.Text).Required().OneOf("AA", "B6"),
        new ColumnSchema("code", ValueKind.Text).ReadAs(ValueKind.Integer).Between(1, 99),
        new ColumnSchema("late", ValueKind.Boolean).Required().NotIn("serving"))
    { Name = "flights", Rows = new(2) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed record Request(double Distance, string Carrier, string? Code);

    private sealed record Poor(string Carrier);

    [Fact]
    public async Task Rows_that_do_not_fit_are_rejected()
    {
        var batch = Of(("distance", Reals(1, -1, double.NaN, null)), ("carrier", Texts("AA", "ZZ", "B6", "AA")), ("code", Texts("5", "x", "100", null)), ("late", Booleans(true, true, false, true)));
        var result = await Flights.ToSuite(null, ["distance", "carrier", "code", "late"]).ValidateAsync(Stream(batch), null, Token);
        result.Failures.Select(f => (f.Columns.Single(), f.UnexpectedCount)).Should().BeEquivalentTo([("distance", 1L), ("distance", 1L), ("carrier", 1L), ("code", 2L)]);
        result.RejectedCount.Should().Be(3);
    }

    [Fact]
    public async Task An_unknown_column_is_refused_unless_allowed()
    {
        var batch = Of(("distance", Reals(1, 2)), ("carrier", Texts("AA", "B6")), ("late", Booleans(true, false)), ("other", Reals(1, 2)));
        string[] columns = ["distance", "carrier", "late", "other"];
        (await Flights.ToSuite(null, columns).ValidateAsync(Stream(batch), null, Token)).Failures.Single().Message.Should().Contain("other");
        (await (Flights with { AllowsNewColumns = true }).ToSuite(null, columns).ValidateAsync(Stream(batch), null, Token)).Success.Should().BeTrue();
    }

    [Fact]
    public async Task A_dataset_is_held_to_a_schema_in_an_environment()
    {
        var store = new InMemoryDatasetStore();
        var dataset = await store.WriteAsync("flights", new("test", "here"), Stream(Of(("distance", Reals(1, 2)), ("carrier", Texts("AA", "B6")))), null, Token);
        (await Flights.ValidateAsync(store, dataset, "serving", null, Token)).Success.Should().BeTrue();
        (await Flights.ValidateAsync(store, dataset, "training", null, Token)).Failures.Single().Columns.Should().BeEmpty();
    }

    [Theory]
    [InlineData(100, "AA", "7", true)]
    [InlineData(100, "AA", null, true)]
    [InlineData(6000, "AA", "7", false)]
    [InlineData(100, "ZZ", "7", false)]
    [InlineData(100, "AA", "seven", false)]
    [InlineData(100, "AA", "700", false)]
    public void A_request_is_held_to_the_schema_of_the_training_data(double distance, string carrier, string? code, bool passes) =>
        Flights.ForRecords<Request>("serving").Passes(new(distance, carrier, code)).Should().Be(passes);

    [Fact]
    public void A_record_that_lacks_a_required_column_is_refused()
    {
        var compiling = () => Flights.ForRecords<Poor>("serving");
        compiling.Should().Throw<ArgumentException>().WithMessage("Poor has no member for the column 'distance'*");
    }

    [Fact]
    public void A_request_that_passes_allocates_nothing()
    {
        var (checker, request) = (Flights.ForRecords<Request>("serving"), new Request(100, "AA", "7"));
        for (var i = 0; i < 1000; i++) checker.Passes(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) checker.Passes(request);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task A_stage_puts_bad_rows_aside()
    {
        var store = new InMemoryDatasetStore();
        var dataset = await store.WriteAsync("flights", new("test", "here"), Stream(Of(("distance", Reals(1, -1, 3)), ("carrier", Texts("AA", "B6", "AA")), ("late", Booleans(true, false, true)))), null, Token);
        using var services = new ServiceCollection().AddSingleton<IDatasetStore>(store).BuildServiceProvider();
        var context = new StageContext { Services = services, Pipeline = "p", Stage = "validate", RunId = "r", Seed = 1 };
        var accepted = await new ValidateSchemaStage(Flights, "training", FailureAction.Quarantine, 5, [], []).RunAsync(dataset, context, Token);
        accepted.RowCount.Should().Be(2);
        context.Tags["validation.validate.schema"].Should().Be(Flights.Fingerprint);
    }

    [Fact]
    public async Task A_stage_stops_a_run_whose_data_does_not_fit()
    {
        var store = new InMemoryDatasetStore();
        var dataset = await store.WriteAsync("flights", new("test", "here"), Stream(Of(("distance", Reals(-1, 3)), ("carrier", Texts("AA", "B6")), ("late", Booleans(true, false)))), null, Token);
        using var services = new ServiceCollection().AddSingleton<IDatasetStore>(store).BuildServiceProvider();
        var context = new StageContext { Services = services, Pipeline = "p", Stage = "validate", RunId = "r", Seed = 1 };
        var running = () => new ValidateSchemaStage(Flights, null, FailureAction.Stop, 5, [], []).RunAsync(dataset, context, Token);
        await running.Should().ThrowAsync<DataValidationException>();
    }
}
