using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlOps.Core;

namespace MlOps.Training.Tests;

/// <summary>What is packaged here is served by MlOps.MLNet: it must predict the same there, to the last bit.</summary>
public sealed class ServingTests : IDisposable
{
    private static readonly DateTime Day = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData(typeof(FastTreeLate))]
    [InlineData(typeof(LightGbmLate))]
    [InlineData(typeof(SdcaLate))]
    [InlineData(typeof(PerceptronLate))]
    public async Task A_binary_classifier_predicts_its_samples(Type trainer) => await ReplayAsync(trainer, await _workshop.BinaryAsync());

    [Fact]
    public async Task A_model_with_a_preparation_predicts_its_samples() => await ReplayAsync(typeof(FastTreeLate), await _workshop.BinaryAsync(1200, new Halve("x")));

    [Theory]
    [InlineData(typeof(FlowerTrainer), false)]
    [InlineData(typeof(FlowerTrainer), true)]
    [InlineData(typeof(FlowerTrainerInPlace), false)]
    [InlineData(typeof(FlowerTrainerInPlace), true)]
    public async Task A_classifier_of_several_classes_predicts_its_samples(Type trainer, bool numbered) => await ReplayAsync(trainer, await _workshop.FlowersAsync(numbered));

    [Fact]
    public async Task A_regression_predicts_its_samples() => await ReplayAsync(typeof(FareTrainer), await _workshop.FaresAsync());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_type_of_column_with_every_kind_of_gap_predicts_its_samples(bool prepared)
    {
        var random = new Random(5);
        object? Gap(object value) => random.NextDouble() < 0.2 ? null : value;
        var labels = Enumerable.Range(0, 200).Select(i => i % 3 == 0).ToArray();
        var data = await _workshop.Store.WriteAsync(
            "every type",
            ("late", ColumnType.Boolean, labels.Boxed()),
            ("number", ColumnType.Int64, labels.Select(l => Gap((l ? 1L : 0L) + random.NextInt64(16_777_216, 16_777_999))).ToArray()),
            ("exact", ColumnType.Int64, labels.Select(_ => (object?)(long.MaxValue - random.Next(9))).ToArray()),
            ("fraction", ColumnType.Float64, labels.Select(_ => random.Next(5) == 0 ? double.NaN : Gap(random.NextDouble() / 3)).ToArray()),
            ("decimal", ColumnType.Decimal, labels.Select(_ => Gap(Math.Round(((decimal)random.NextDouble() - 0.5m) * 123456.789m, 18))).ToArray()),
            ("text", ColumnType.String, labels.Select(l => Gap(l ? "süß" : "")).ToArray()),
            ("flag", ColumnType.Boolean, labels.Select(l => (object?)!l).ToArray()),
            ("day", ColumnType.Date, labels.Select((_, i) => Gap(Day.AddDays(-i * 300))).ToArray()),
            ("time", ColumnType.Timestamp, labels.Select((_, i) => Gap(Day.AddMicroseconds(-i * 1234567891.0))).ToArray()));
        var catalog = _workshop.Services.GetRequiredService<TransformerCatalog>();
        var split = new DataSplit(data, data, data.Lock(), prepared ? [catalog.Save(new Halve("number"))] : []);
        await ReplayAsync(typeof(EveryColumnTrainer), split, expectedInputs: 8);
    }

    private async Task ReplayAsync(Type trainer, DataSplit split, int? expectedInputs = null)
    {
        var train = typeof(Workshop).GetMethod(nameof(Workshop.TrainAsync))!.MakeGenericMethod(trainer);
        Action<TrainOptions> allRows = o => o.SampleRows = 200;
        var candidate = await (Task<Candidate>)train.Invoke(_workshop, [split, allRows, null, null])!;
        var content = await _workshop.ReadAsync(candidate);

        var services = new ServiceCollection();
        services.AddMlOpsCore().AddMLNet().AddTransformer<Halve>();
        await using var server = services.BuildServiceProvider();
        using var model = await server.GetRequiredService<IModelRuntime>().LoadAsync(content, Token);

        var samples = BundleSamples.Read(content.Parts[BundleFile.SamplesPart]);
        samples.Inputs.Should().HaveCount(expectedInputs ?? samples.Inputs.Count);
        samples.Inputs[0].Rows.Should().BeGreaterThan(100);
        var outputs = model.Predict(samples.Inputs);
        new BundleSamples([], outputs).ToBytes().Should().Equal(new BundleSamples([], samples.Outputs).ToBytes());
    }
}

/// <summary>Looks at every column.</summary>
public sealed class EveryColumnTrainer : Trainer
{
    public override LearningTask Task => LearningTask.BinaryClassification;

    public override string Label => "late";

    public override IReadOnlyList<string> ExactColumns => ["exact"];

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Conversion.ConvertType([new("exact number", "exact"), new("flag number", "flag"), new("day number", "day"), new("time number", "time")])
            .Append(ml.Transforms.Text.FeaturizeText("text vector", "text"))
            .Append(ml.Transforms.Concatenate("Features", "number", "exact number", "fraction", "decimal", "text vector", "flag number", "day number", "time number"))
            .Append(ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 5));
}
