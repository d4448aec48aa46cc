using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlOps.Core;

namespace MlOps.MLNet.Tests;

public sealed class PreparationTests
{
    private sealed class Prepared
    {
        public float Distance { get; set; }

        public float Distance2 { get; set; }

        public float Amount { get; set; }

        public bool Weekend { get; set; }

        public string Carrier { get; set; } = string.Empty;

        public DateTime Date { get; set; }

        public DateTime Time { get; set; }

        public float Label { get; set; }
    }

    private sealed class Result
    {
        public float Score { get; set; }
    }

    private sealed class Request
    {
        public double? Distance { get; set; }

        public decimal Amount { get; set; }

        public bool Weekend { get; set; }

        public string? Carrier { get; set; }

        public DateOnly Date { get; set; }

        public DateTime Time { get; set; }
    }

    private static readonly DatasetSchema Columns = new(
    [
        new("Distance", ColumnType.Float64), new("Amount", ColumnType.Decimal), new("Weekend", ColumnType.Boolean), new("Carrier", ColumnType.String),
        new("Date", ColumnType.Date), new("Time", ColumnType.Timestamp), new("Photo", ColumnType.Binary), new("Count", ColumnType.Int64),
    ]);

    private static (ITransformer Model, byte[] Bytes) Train()
    {
        var context = new MLContext(1);
        var random = new Random(3);
        var rows = Enumerable.Range(0, 200).Select(i =>
        {
            var distance = random.Next(1000);
            return new Prepared
            {
                Distance = distance,
                Distance2 = distance * 2,
                Amount = random.Next(100) / 8f,
                Weekend = i % 2 == 0,
                Carrier = i % 3 == 0 ? "AA" : "UA",
                Date = new DateTime(2001, 1, 1).AddDays(i),
                Time = new DateTime(2001, 1, 1).AddHours(i),
                Label = distance + (i % 3),
            };
        });
        var view = context.Data.LoadFromEnumerable(rows);
        var chain = context.Transforms.Categorical.OneHotEncoding("Code", "Carrier").Append(context.Transforms.Conversion.ConvertType(
                [new("WeekendNumber", "Weekend"), new("DateNumber", "Date"), new("TimeNumber", "Time")]))
            .Append(context.Transforms.Concatenate("Features", "Distance", "Distance2", "Amount", "Code", "WeekendNumber", "DateNumber", "TimeNumber"))
            .Append(context.Regression.Trainers.FastTree(new() { NumberOfTrees = 10, NumberOfLeaves = 8, NumberOfThreads = 1 }));
        var model = chain.Fit(view);
        return (model, Models.Save(model, view.Schema));
    }

    private static async Task<ILoadedModel> LoadAsync(byte[] bytes, params IDataTransformer[] steps)
    {
        await using var services = Models.Services();
        var catalog = services.GetRequiredService<TransformerCatalog>();
        return await Models.LoadAsync(Models.Bundle(Models.Manifest(Columns, [new("Score", TensorType.Float32)], "Label", [.. steps.Select(catalog.Save)]), bytes));
    }

    [Fact]
    public async Task Requests_go_through_the_fitted_steps_of_the_bundle()
    {
        var (trained, bytes) = Train();
        using var model = await LoadAsync(bytes, new FillAndDouble("Distance", 321.5));
        using var engine = new MLContext().Model.CreatePredictionEngine<Prepared, Result>(trained);
        var date = new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc);
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        float[] expected =
        [
            engine.Predict(new() { Distance = 700, Distance2 = 1400, Amount = 12.5f, Weekend = true, Carrier = "AA", Date = date, Time = time }).Score,
            engine.Predict(new() { Distance = 321.5f, Distance2 = 643, Amount = float.NaN, Weekend = false, Carrier = string.Empty, Date = default, Time = default }).Score,
        ];
        Tensor[] inputs =
        [
            Tensor.Of("Time", ["2001-02-03T04:05:06Z", null]), Tensor.Of("Date", ["2001-02-03", null]), Tensor.Of("Carrier", ["AA", null]),
            Tensor.Of("Weekend", [true, false]), Tensor.Of("Amount", [12.5, double.NaN]), Tensor.Of("Distance", [700, double.NaN]),
        ];
        ((Tensor<float>)model.Predict(inputs)[0]).Values.Should().Equal(expected);
        ((Tensor<float>)model.Predict([.. inputs, Tensor.Of("Photo", ["AQID", null]), Tensor.Of("Count", new long[2], [true, false])])[0]).Values.Should().Equal(expected);
        var typed = model.Bind<Request, Result>();
        typed(new() { Distance = 700, Amount = 12.5m, Weekend = true, Carrier = "AA", Date = new(2001, 2, 3), Time = time }).Score.Should().Be(expected[0]);
        model.Predict(inputs.Select(Empty).ToArray())[0].Rows.Should().Be(0);
    }

    [Fact]
    public async Task Columns_that_a_step_or_the_model_needs_must_be_there()
    {
        var (_, bytes) = Train();
        using var model = await LoadAsync(bytes, new FillAndDouble("Distance", 0), new FillAndDouble("Distance2", 0));
        Tensor[] inputs =
        [
            Tensor.Of("Distance", [1.0]), Tensor.Of("Amount", [1.0]), Tensor.Of("Weekend", [true]), Tensor.Of("Carrier", ["AA"]), Tensor.Of("Date", ["2001-02-03"]), Tensor.Of("Time", ["2001-02-03"]),
        ];
        model.Predict(inputs).Should().HaveCount(1);
        for (var i = 0; i < inputs.Length; i++)
        {
            var left = inputs.Where((_, j) => j != i).ToArray();
            model.Invoking(m => m.Predict(left)).Should().Throw<ModelInputException>().Which.Input.Should().Be(inputs[i].Name);
        }

        model.Invoking(m => m.Predict([.. inputs[1..], Tensor.Of("Distance", [1.0]), Tensor.Of("Photo", ["no base 64!"])])).Should().Throw<ModelInputException>().Which.Input.Should().Be("Photo");
        model.Invoking(m => m.Predict([inputs[0], Tensor.Of("Amount", [1e30]), .. inputs[2..]])).Should().Throw<ModelInputException>().Which.Input.Should().Be("Amount");
        model.Invoking(m => m.Predict([.. inputs[..2], Tensor.Of("Weekend", new bool[1], [true]), .. inputs[3..]])).Should().Throw<ModelInputException>().Which.Input.Should().Be("Weekend");
    }

    [Fact]
    public async Task A_value_that_a_step_refuses_is_an_error_of_the_request_that_names_its_row_and_column()
    {
        var (_, bytes) = Train();
        using var model = await LoadAsync(bytes, new FillAndDouble("Distance", 0), new RefuseLongCarriers(2));
        Tensor[] inputs =
        [
            Tensor.Of("Distance", [1.0, 2.0]), Tensor.Of("Amount", [1.0, 2.0]), Tensor.Of("Weekend", [true, true]), Tensor.Of("Carrier", ["AA", "AAA"]),
            Tensor.Of("Date", ["2001-02-03", "2001-02-03"]), Tensor.Of("Time", ["2001-02-03", "2001-02-03"]),
        ];

        var error = model.Invoking(m => m.Predict(inputs)).Should().Throw<ModelInputException>().Which;

        error.Message.Should().Be("Row 2 of the request: Column 'Carrier' holds a name there that is too long.");
        error.Input.Should().Be("Carrier");
        model.Bind<Request, Result>().Invoking(predict => predict(new() { Carrier = "AAA" })).Should().Throw<ModelInputException>().Which.Input.Should().Be("Carrier");
    }

    [Fact]
    public async Task Steps_that_drop_rows_or_that_the_host_does_not_know_are_refused()
    {
        var (_, bytes) = Train();
        var dropping = () => LoadAsync(bytes, new FillAndDouble("Distance", 0), new DropEverySecondRow());
        (await dropping.Should().ThrowAsync<DataException>()).WithMessage("*DropEverySecondRow drops rows*");
        var manifest = Models.Manifest(Columns, [new("Score", TensorType.Float32)], "Label", new FittedStep("Unheard", System.Text.Json.JsonSerializer.SerializeToElement(new { })));
        var unknown = () => Models.LoadAsync(Models.Bundle(manifest, bytes));
        (await unknown.Should().ThrowAsync<DataException>()).WithMessage("*'Unheard'*AddTransformer*");
        var misfit = () => LoadAsync(bytes, new FillAndDouble("Nonsense", 0));
        await misfit.Should().ThrowAsync<DataException>();
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("-12345.678901234")]
    [InlineData("99999999999.25")]
    [InlineData("0")]
    public void A_decimal_comes_out_of_a_preparation_as_it_went_in(string text)
    {
        var value = double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var input = new PreparedInput(new([]), new([new("d", ColumnType.Decimal)]));
        var output = input.Apply([Tensor.Of("d", [value, double.NaN])], 2, [true]);
        ((Tensor<double>)output[0]!).Values.Should().Equal(value, double.NaN);
    }

    private static Tensor Empty(Tensor tensor) => tensor switch
    {
        Tensor<bool> => Tensor.Of(tensor.Name, Array.Empty<bool>()),
        Tensor<double> => Tensor.Of(tensor.Name, Array.Empty<double>()),
        _ => Tensor.Of(tensor.Name, Array.Empty<string?>()),
    };
}
