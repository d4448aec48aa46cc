using MlOps.Core;

namespace MlOps.MLNet.Tests;

public sealed class PredictTests
{
    [Fact]
    public async Task A_loaded_model_predicts_exactly_what_a_prediction_engine_does()
    {
        using var model = await Models.LoadDelayAsync();
        var expected = Models.Expected(Models.Delay.Rows);
        var outputs = model.Predict(Models.Inputs(Models.Delay.Rows));
        outputs.Select(o => (o.Name, o.Rows, o.Width)).Should().Equal(("PredictedLabel", 400, 1), ("Probability", 400, 1), ("Score", 400, 1));
        ((Tensor<bool>)outputs[0]).Values.Should().Equal(expected.Select(e => e.PredictedLabel));
        ((Tensor<float>)outputs[1]).Values.Should().Equal(expected.Select(e => e.Probability));
        ((Tensor<float>)outputs[2]).Values.Should().Equal(expected.Select(e => e.Score));
        expected.Select(e => e.Score).Distinct().Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public async Task Rows_one_by_one_give_what_they_give_together()
    {
        using var model = await Models.LoadDelayAsync();
        var rows = Models.Flights(50);
        var together = ((Tensor<float>)model.Predict(Models.Inputs(rows))[2]).Values;
        for (var i = 0; i < rows.Length; i++)
            ((Tensor<float>)model.Predict(Models.Inputs([rows[i]]))[2]).Values.Should().Equal(together[i]);
    }

    [Fact]
    public async Task No_rows_give_no_predictions()
    {
        using var model = await Models.LoadDelayAsync();
        model.Predict(Models.Inputs([])).Select(o => o.Rows).Should().Equal(0, 0, 0);
    }

    [Fact]
    public async Task Outputs_of_an_earlier_call_stay_as_they_were()
    {
        using var model = await Models.LoadDelayAsync();
        var rows = Models.Flights(20);
        var first = (Tensor<float>)model.Predict(Models.Inputs(rows[..10]))[2];
        var copy = first.Values.ToArray();
        model.Predict(Models.Inputs(rows[10..]));
        first.Values.Should().Equal(copy);
    }

    [Fact]
    public async Task Inputs_may_come_in_any_order_and_unused_ones_may_be_left_out_or_given()
    {
        using var model = await Models.LoadDelayAsync();
        var inputs = Models.Inputs(Models.Flights(3));
        var straight = ((Tensor<float>)model.Predict(inputs)[2]).Values;
        ((Tensor<float>)model.Predict([.. inputs.Reverse()])[2]).Values.Should().Equal(straight);
        ((Tensor<float>)model.Predict([.. inputs, Tensor.Of("Date", ["2001-01-01", "2001-02-01T00:00:00Z", null])])[2]).Values.Should().Equal(straight);
    }

    [Fact]
    public async Task Numbers_are_converted_where_nothing_is_lost()
    {
        using var model = await Models.LoadDelayAsync();
        var inputs = Models.Inputs(Models.Flights(2)[1..]);
        var straight = ((Tensor<float>)model.Predict(inputs)[2]).Values;
        var distance = (long)((Tensor<double>)inputs[0]).Values[0];
        var hour = (double)((Tensor<long>)inputs[1]).Values[0];
        ((Tensor<float>)model.Predict([Tensor.Of("Distance", [distance]), Tensor.Of("Hour", [hour]), .. inputs[2..]])[2]).Values.Should().Equal(straight);
        ((Tensor<float>)model.Predict([Tensor.Of("Distance", [(float)distance]), Tensor.Of("Hour", [(float)hour]), .. inputs[2..]])[2]).Values.Should().Equal(straight);
    }

    [Fact]
    public async Task Missing_numbers_and_texts_and_infinities_are_predicted_as_ml_net_does()
    {
        using var model = await Models.LoadDelayAsync();
        FlightRow[] rows =
        [
            new() { Distance = float.NaN, Hour = float.NaN, Carrier = string.Empty }, new() { Distance = float.PositiveInfinity, Carrier = "none such" }, new() { Distance = float.NegativeInfinity },
        ];
        Tensor[] inputs =
        [
            Tensor.Of("Distance", [double.NaN, double.PositiveInfinity, double.NegativeInfinity]), Tensor.Of("Hour", new long[3], [true, false, false]),
            Tensor.Of("Carrier", [null, "none such", string.Empty]), Tensor.Of("Weekend", new bool[3]),
        ];
        ((Tensor<float>)model.Predict(inputs)[2]).Values.Should().Equal(Models.Expected(rows).Select(e => e.Score));
    }

    public static TheoryData<string, string?, string> WrongInputs() => new()
    {
        { "missing", "Carrier", "*'Carrier' is missing*Distance, Hour, Carrier, Weekend*" },
        { "unknown", "Nonsense", "*'Nonsense' is unknown*" },
        { "label", "Delayed", "*'Delayed' is unknown*" },
        { "twice", "Hour", "*'Hour' stands twice*" },
        { "text for a number", "Hour", "*BYTES*INT64*" },
        { "number for a text", "Carrier", "*FP64*BYTES*" },
        { "truth for a number", "Distance", "*BOOL*FP64*" },
        { "fraction", "Hour", "*element 1*fraction*" },
        { "too large", "Hour", "*element 0*too large*" },
        { "not exact", "Distance", "*element 0*exactly*" },
        { "missing truth", "Weekend", "*element 1*missing*" },
        { "rows", "Hour", "*'Hour' has 3 rows*'Distance' has 2*" },
        { "wide", "Distance", "*2 elements a row*" },
        { "date", "Date", "*'Date', element 1*day such as*" },
        { "nothing", "Distance", "*'Distance' is missing*" },
    };

    [Theory]
    [MemberData(nameof(WrongInputs))]
    public async Task A_wrong_input_is_refused_by_its_name(string what, string? input, string message)
    {
        using var model = await Models.LoadDelayAsync();
        Tensor distance = Tensor.Of("Distance", [1.0, 2]), hour = Tensor.Of("Hour", [1L, 2]), carrier = Tensor.Of("Carrier", ["AA", "UA"]), weekend = Tensor.Of("Weekend", [true, false]);
        Tensor[] inputs = what switch
        {
            "missing" => [distance, hour, weekend],
            "unknown" => [distance, hour, carrier, weekend, Tensor.Of("Nonsense", [1.0, 2])],
            "label" => [distance, hour, carrier, weekend, Tensor.Of("Delayed", [true, true])],
            "twice" => [distance, hour, hour, carrier, weekend],
            "text for a number" => [distance, Tensor.Of("Hour", ["1", "2"]), carrier, weekend],
            "number for a text" => [distance, hour, Tensor.Of("Carrier", [1.0, 2]), weekend],
            "truth for a number" => [Tensor.Of("Distance", [true, false]), hour, carrier, weekend],
            "fraction" => [distance, Tensor.Of("Hour", [1.0, 2.5]), carrier, weekend],
            "too large" => [distance, Tensor.Of("Hour", [9.3e18, 0]), carrier, weekend],
            "not exact" => [Tensor.Of("Distance", [(1L << 53) + 1, 0]), hour, carrier, weekend],
            "missing truth" => [distance, hour, carrier, Tensor.Of("Weekend", [true, false], [false, true])],
            "rows" => [distance, Tensor.Of("Hour", [1L, 2, 3]), carrier, weekend],
            "wide" => [Tensor.Of("Distance", [1.0, 2, 3, 4], width: 2), hour, carrier, weekend],
            "date" => [distance, hour, carrier, weekend, Tensor.Of("Date", ["2001-02-28", "2001-02-29"])],
            _ => [],
        };
        var predict = () => model.Predict(inputs);
        predict.Should().Throw<ModelInputException>().WithMessage(message).Which.Input.Should().Be(input);
        model.Predict([distance, hour, carrier, weekend]).Should().HaveCount(3); // and the model goes on
    }

    [Fact]
    public async Task Many_threads_get_the_same_answers()
    {
        using var model = await Models.LoadDelayAsync();
        var rows = Models.Flights(64);
        var expected = Models.Expected(rows);
        var typed = model.Bind<Flight, DelayOutput>();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var row = rows[i % 64];
            ((Tensor<float>)model.Predict(Models.Inputs([row]))[2]).Values[0].Should().Be(expected[i % 64].Score);
            typed(BindTests.ToFlight(row)).Score.Should().Be(expected[i % 64].Score);
        });
    }

    [Fact]
    public async Task A_disposed_model_refuses_and_engines_under_way_are_disposed_after_use()
    {
        var model = await Models.LoadDelayAsync();
        model.Predict(Models.Inputs(Models.Flights(1)));
        model.Dispose();
        model.Dispose();
        var predict = () => model.Predict(Models.Inputs(Models.Flights(1)));
        predict.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task Loading_and_disposing_again_and_again_does_not_keep_models_alive()
    {
        var references = new List<WeakReference>();
        for (var i = 0; i < 5; i++) references.Add(await LoadUseAndDisposeAsync());
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        references.Count(r => r.IsAlive).Should().BeLessThanOrEqualTo(1);

        static async Task<WeakReference> LoadUseAndDisposeAsync()
        {
            using var model = await Models.LoadDelayAsync();
            model.Predict(Models.Inputs(Models.Flights(10)));
            return new WeakReference(model);
        }
    }
}
