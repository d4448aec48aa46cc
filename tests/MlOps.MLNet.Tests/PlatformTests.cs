using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlOps.Core;

namespace MlOps.MLNet.Tests;

/// <summary>Other kinds of models than the binary one.</summary>
public sealed class PlatformTests
{
    private sealed class Flower
    {
        public float Length { get; set; }

        public float Width { get; set; }

        public string Kind { get; set; } = string.Empty;

        public float Number { get; set; }

        public long Exact { get; set; }
    }

    private static readonly Flower[] Flowers = [.. Enumerable.Range(0, 90).Select(i => new Flower
    {
        Length = i % 3 + (i % 7 / 10f), Width = 3 - (i % 3) + (i % 5 / 10f), Kind = ((string[])["rose", "tulip", "daisy"])[i % 3], Number = (i % 3 + 1) * 10, Exact = i % 3,
    })];

    private static readonly DatasetSchema Columns = new([new("Length", ColumnType.Float64), new("Width", ColumnType.Float64), new("Exact", ColumnType.Int64)]);

    private static readonly Tensor[] Inputs =
    [
        Tensor.Of("Length", [.. Flowers.Select(f => (double)f.Length)]), Tensor.Of("Width", [.. Flowers.Select(f => (double)f.Width)]), Tensor.Of("Exact", [.. Flowers.Select(f => f.Exact)]),
    ];

    [Fact]
    public async Task A_multiclass_model_gives_the_class_as_text_and_its_scores_as_a_vector()
    {
        using var model = await LoadAsync("Kind", backToValues: true, new("PredictedLabel", TensorType.String), new("Score", TensorType.Float32, 3));
        var outputs = model.Predict(Inputs);
        ((Tensor<string?>)outputs[0]).Values.Should().Equal(Flowers.Select(f => f.Kind));
        outputs[1].Should().BeOfType<Tensor<float>>().Which.Values.Should().HaveCount(270);
        outputs[1].Rows.Should().Be(90);
        outputs[1].Width.Should().Be(3);
        for (var i = 0; i < 90; i++) ((Tensor<float>)outputs[1]).Values[(i * 3)..(i * 3 + 3)].Sum().Should().BeApproximately(1, 1e-4f);
        var typed = model.Bind<FlowerInput, FlowerOutput>()(new() { Length = 2, Width = 1, Exact = 1 });
        typed.PredictedLabel.Should().Be("daisy");
        typed.Score.Should().HaveCount(3);
    }

    [Fact]
    public async Task Keys_are_mapped_back_to_text_and_to_integers()
    {
        using (var texts = await LoadAsync("Kind", backToValues: false, new TensorSpec("PredictedLabel", TensorType.String)))
            ((Tensor<string?>)texts.Predict(Inputs)[0]).Values.Should().Equal(Flowers.Select(f => f.Kind));
        using var numbers = await LoadAsync("Number", backToValues: false, new TensorSpec("PredictedLabel", TensorType.Int64));
        ((Tensor<long>)numbers.Predict(Inputs)[0]).Values.Should().Equal(Flowers.Select(f => (long)f.Number));
    }

    [Fact]
    public async Task A_score_that_the_signature_announces_with_another_width_or_type_is_refused_when_it_loads()
    {
        var narrow = () => LoadAsync("Kind", backToValues: false, new TensorSpec("Score", TensorType.Int64));
        (await narrow.Should().ThrowAsync<DataException>()).WithMessage("Output 'Score'*INT64*");
        var unknown = () => LoadAsync("Kind", backToValues: false, new TensorSpec("Probability", TensorType.Float32));
        (await unknown.Should().ThrowAsync<DataException>()).WithMessage("*no output 'Probability'*");
        var wide = () => LoadAsync("Kind", backToValues: false, new TensorSpec("Score", TensorType.Float32, 4));
        (await wide.Should().ThrowAsync<DataException>()).WithMessage("Output 'Score'*4 a row*");
    }

    [Fact]
    public async Task A_regression_reads_exact_integers_where_it_was_trained_on_them()
    {
        var context = new MLContext(1);
        var view = context.Data.LoadFromEnumerable(Flowers);
        var chain = context.Transforms.Conversion.ConvertType("ExactNumber", "Exact").Append(context.Transforms.Concatenate("Features", "Length", "ExactNumber"))
            .Append(context.Regression.Trainers.FastTree(new() { LabelColumnName = "Number", NumberOfTrees = 10, NumberOfLeaves = 4, MinimumExampleCountPerLeaf = 2, NumberOfThreads = 1 }));
        var bytes = Models.Save(chain.Fit(view), view.Schema);
        using var model = await Models.LoadAsync(Models.Bundle(Models.Manifest(Columns, [new("Score", TensorType.Float64)], "Number"), bytes));
        var score = (Tensor<double>)model.Predict(Inputs)[0];
        score.Values.Zip(Flowers, (s, f) => Math.Abs(s - f.Number)).Max().Should().BeLessThan(5);
        var missing = () => model.Predict([Inputs[0], Tensor.Of("Exact", new long[90], [.. Enumerable.Range(0, 90).Select(i => i == 41)])]);
        missing.Should().Throw<ModelInputException>().WithMessage("*'Exact', element 41*").Which.Input.Should().Be("Exact");
    }

    [Fact]
    public async Task Days_and_moments_are_read_from_text()
    {
        var context = new MLContext(1);
        var rows = Models.Flights(100);
        var view = context.Data.LoadFromEnumerable(rows);
        var chain = context.Transforms.Conversion.ConvertType("Features1", "Date", Microsoft.ML.Data.DataKind.Single)
            .Append(context.Transforms.Concatenate("Features", "Features1"))
            .Append(context.Regression.Trainers.FastTree(new() { LabelColumnName = "Hour", NumberOfTrees = 5, NumberOfLeaves = 4, MinimumExampleCountPerLeaf = 2, NumberOfThreads = 1 }));
        var fitted = chain.Fit(view);
        var bytes = Models.Save(fitted, view.Schema);
        var outputs = new TensorSpec[] { new("Features1", TensorType.Float32) };
        using var days = await Models.LoadAsync(Models.Bundle(Models.Manifest(new([new("Date", ColumnType.Date)]), outputs, "Hour"), bytes));
        using var moments = await Models.LoadAsync(Models.Bundle(Models.Manifest(new([new("Date", ColumnType.Timestamp)]), outputs, "Hour"), bytes));
        float Expected(DateTime date) => context.Model.CreatePredictionEngine<FlightRow, DateNumber>(fitted).Predict(new() { Date = date }).Features1;
        var first = Expected(new(2001, 5, 31));
        var evening = Expected(new(2001, 5, 31, 18, 30, 0));
        ((Tensor<float>)days.Predict([Tensor.Of("Date", ["2001-05-31", "2001-05-31T02:00:00+02:00", null])])[0]).Values.Should().Equal(first, first, Expected(default));
        ((Tensor<float>)moments.Predict([Tensor.Of("Date", ["2001-05-31", "2001-05-31 18:30", "2001-05-31T20:30:00.000+02:00"])])[0]).Values.Should().Equal(first, evening, evening);
        foreach (var wrong in (string[])["31.05.2001", "2001-05-31T25:00", "", "tomorrow", "2001-5-31"])
            moments.Invoking(m => m.Predict([Tensor.Of("Date", [wrong])])).Should().Throw<ModelInputException>().WithMessage("*'Date', element 0*");
        days.Invoking(m => m.Predict([Tensor.Of("Date", ["2001-05-31T18:30Z"])])).Should().Throw<ModelInputException>();
        var typed = moments.Bind<Dated, DateNumber>();
        typed(new() { Date = new DateTimeOffset(2001, 5, 31, 20, 30, 0, TimeSpan.FromHours(2)) }).Features1.Should().Be(evening);
    }

    [Fact]
    public async Task A_model_that_reads_what_the_signature_lacks_is_refused()
    {
        var bytes = Models.Save(Models.Delay.Model, Models.Delay.Schema);
        var lacking = () => Models.LoadAsync(Models.Bundle(Models.Manifest(new(Models.FlightColumns.Where(c => c.Name != "Hour")), Models.DelayOutputs, "Delayed"), bytes));
        (await lacking.Should().ThrowAsync<DataException>()).WithMessage("*reads 'Hour'*none of its inputs*");
        var other = new DatasetSchema(Models.FlightColumns.Select(c => c.Name == "Hour" ? new("Hour", ColumnType.String) : c));
        var mistyped = () => Models.LoadAsync(Models.Bundle(Models.Manifest(other, Models.DelayOutputs, "Delayed"), bytes));
        (await mistyped.Should().ThrowAsync<DataException>()).WithMessage("*reads 'Hour' as Single*String*");
    }

    [Fact]
    public async Task What_is_no_model_is_refused_by_a_typed_error()
    {
        var manifest = Models.Manifest(Models.FlightColumns, Models.DelayOutputs, "Delayed");
        foreach (var bytes in (byte[][])[[], [1, 2, 3], Models.Bundle(manifest, [1])])
        {
            var load = () => Models.LoadAsync(Models.Bundle(manifest, bytes));
            (await load.Should().ThrowAsync<DataException>()).WithMessage("ML.NET cannot load the model 'flight-delay'*");
        }

        await using var services = Models.Services();
        var runtime = services.GetRequiredService<IModelRuntime>();
        runtime.Platform.Should().Be("mlnet_zip");
        var noModel = () => runtime.LoadAsync(new(manifest, new Dictionary<string, byte[]>()), TestContext.Current.CancellationToken);
        (await noModel.Should().ThrowAsync<DataException>()).WithMessage("*lacks the part 'model'*");
        var other = () => runtime.LoadAsync(new(manifest with { Platform = "onnx_onnxv1" }, new Dictionary<string, byte[]>()), TestContext.Current.CancellationToken);
        (await other.Should().ThrowAsync<DataException>()).WithMessage("*'onnx_onnxv1'*");
        var cancelled = () => runtime.LoadAsync(new(manifest, new Dictionary<string, byte[]>()), new CancellationToken(true));
        await cancelled.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<ILoadedModel> LoadAsync(string label, bool backToValues, params TensorSpec[] outputs)
    {
        var context = new MLContext(1);
        var view = context.Data.LoadFromEnumerable(Flowers);
        IEstimator<ITransformer> chain = context.Transforms.Conversion.MapValueToKey("Label", label).Append(context.Transforms.Concatenate("Features", "Length", "Width"))
            .Append(context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 50 }));
        if (backToValues) chain = chain.Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        return await Models.LoadAsync(Models.Bundle(Models.Manifest(Columns, outputs, label), Models.Save(chain.Fit(view), view.Schema)));
    }

    private sealed class FlowerInput
    {
        public float Length { get; set; }

        public float Width { get; set; }

        public int Exact { get; set; }
    }

    private sealed class FlowerOutput
    {
        public string? PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }

    private sealed class Dated
    {
        public DateTimeOffset Date { get; set; }
    }

    private sealed class DateNumber
    {
        public float Features1 { get; set; }
    }
}
