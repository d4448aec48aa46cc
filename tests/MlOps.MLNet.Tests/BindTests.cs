using MlOps.Core;

namespace MlOps.MLNet.Tests;

public sealed class BindTests
{
    internal static Flight ToFlight(FlightRow row) => new() { Distance = row.Distance, Hour = (int)row.Hour, Carrier = row.Carrier, Weekend = row.Weekend, Remark = "unused" };

    [Fact]
    public async Task Typed_rows_give_what_a_prediction_engine_gives()
    {
        using var model = await Models.LoadDelayAsync();
        var predict = model.Bind<Flight, DelayOutput>();
        var rows = Models.Flights(100);
        rows.Select(r => predict(ToFlight(r))).Should().BeEquivalentTo(Models.Expected(rows), options => options.WithStrictOrdering());
    }

    [Fact]
    public async Task Properties_may_differ_from_columns_in_case_be_nullable_and_be_of_narrower_types()
    {
        using var model = await Models.LoadDelayAsync();
        var row = Models.Flights(2)[1];
        var expected = Models.Expected([row])[0];
        var output = model.Bind<Narrow, Wide>()(new() { distance = (int)row.Distance, hour = (byte)row.Hour, carrier = Enum.Parse<Carriers>(row.Carrier), weekend = row.Weekend });
        output.Should().BeEquivalentTo(new { predictedLabel = (bool?)expected.PredictedLabel, Probability = (double)expected.Probability });
    }

    [Fact]
    public async Task A_missing_number_is_predicted_and_a_missing_truth_value_is_refused()
    {
        using var model = await Models.LoadDelayAsync();
        var predict = model.Bind<Narrow, Wide>();
        var expected = Models.Expected([new() { Distance = float.NaN, Hour = float.NaN, Carrier = "AA", Weekend = true }])[0];
        predict(new() { carrier = Carriers.AA, weekend = true }).Probability.Should().Be(expected.Probability);
        var refused = () => predict(new() { carrier = Carriers.AA });
        refused.Should().Throw<ModelInputException>().Which.Input.Should().Be("Weekend");
        predict(new() { carrier = Carriers.AA, weekend = true }).Probability.Should().Be(expected.Probability);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_when_it_is_bound()
    {
        using var model = await Models.LoadDelayAsync();
        FluentActions.Invoking(model.Bind<NoCarrier, DelayOutput>).Should().Throw<ModelInputException>().WithMessage("NoCarrier has no property for the input 'Carrier'*");
        FluentActions.Invoking(model.Bind<FractionalHour, DelayOutput>).Should().Throw<ModelInputException>().WithMessage("*Hour is Double*INT64*");
        FluentActions.Invoking(model.Bind<Flight, Misspelt>).Should().Throw<ModelInputException>().WithMessage("Misspelt.Probabilty is no output*Probability*");
        FluentActions.Invoking(model.Bind<Flight, NarrowOutput>).Should().Throw<ModelInputException>().WithMessage("*Score is Int32*FP32*");
        FluentActions.Invoking(() => model.Bind<Flight, DelayOutput>()(null!)).Should().Throw<ArgumentNullException>();
    }

    private enum Carriers
    {
        AA,
        DL,
        UA,
    }

#pragma warning disable IDE1006 // names as the columns of other systems have them
    private sealed class Narrow
    {
        public int? distance { get; set; }

        public byte? hour { get; set; }

        public Carriers carrier { get; set; }

        public bool? weekend { get; set; }

        public DateOnly? date { get; set; }
    }

    private sealed class Wide
    {
        public bool? predictedLabel { get; set; }

        public double Probability { get; set; }

        public string ReadOnly { get; } = "left alone";
    }
#pragma warning restore IDE1006

    private sealed class NoCarrier
    {
        public double Distance { get; set; }

        public int Hour { get; set; }

        public bool Weekend { get; set; }
    }

    private sealed class FractionalHour
    {
        public double Distance { get; set; }

        public double Hour { get; set; }

        public string? Carrier { get; set; }

        public bool Weekend { get; set; }
    }

    private sealed class Misspelt
    {
        public float Probabilty { get; set; }
    }

    private sealed class NarrowOutput
    {
        public int Score { get; set; }
    }
}
