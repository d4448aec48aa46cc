using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>Performance of several classes and of numbers.</summary>
public sealed class OtherTasksTests : IDisposable
{
    private const string Multiclass = "multiclass-classification";
    private const string Regression = "regression";

    private static readonly string[] Names = ["late", "on time", "early"];

    private readonly ScoredWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Several_classes_are_estimated_and_realized()
    {
        await TrainClassesAsync();
        _world.World.Log.Batches.AddRange([Classes(3000, 2, labelled: 1).ToBatch(), Classes(3000, 3, labelled: 0, day: 1).ToBatch()]);
        var report = await _world.CheckAsync(configure: o => o.ChunkPeriod = TimeSpan.FromDays(1), days: 2);
        report.Series.Select(s => s.Metric).Should().Equal("micro_accuracy", "auc", "f1_score");
        report.Coverage.Select(c => c.Status).Should().Equal(PerformanceStatus.Realized, PerformanceStatus.Estimated);
        report.Series.Should().OnlyContain(s => s.Points.All(p => Math.Abs(p.Value!.Value - s.Reference) < 0.04 && p.Value.Error > 0));
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task Several_classes_that_the_model_tells_apart_worse_are_found()
    {
        await TrainClassesAsync();
        _world.World.Log.Batches.Add(Classes(3000, 2, labelled: 1, noise: 0.6).ToBatch());
        (await _world.CheckAsync()).Alarms.Select(a => a.Subject).Should().Contain("micro_accuracy").And.Contain("auc");
    }

    [Fact]
    public async Task A_true_class_is_told_by_its_place_when_classes_are_texts()
    {
        await TrainClassesAsync();
        _world.World.Log.Batches.Add(Classes(3000, 2, labelled: 1).ToBatch());
        var byFigures = (await _world.CheckAsync(o => o.Metrics.Add("micro_accuracy"))).Series.Single().Points[0].Realized!.Value;
        byFigures.Should().BeApproximately(0.6, 0.1);
        var byOptions = (await _world.CheckAsync(o =>
        {
            o.Metrics.Add("micro_accuracy");
            foreach (var name in Names.Reverse()) o.Classes.Add(name);
        })).Series.Single().Points[0].Realized!.Value;
        byOptions.Should().BeLessThan(0.5, "the order of the options is another");
    }

    [Fact]
    public async Task Fairness_that_is_asked_of_another_task_is_not_passed_over_in_silence()
    {
        await TrainNumbersAsync();
        _world.World.Log.Batches.Add(Numbers(1000, 2, labelled: 1).ToBatch());
        (await _world.CheckAsync(o => o.FairnessColumns.Add("x"))).Alarms.Single().Sentence.Should().Contain("task regression").And.Contain("SliceBy");
    }

    [Fact]
    public async Task Predictions_of_several_classes_have_a_worth()
    {
        await TrainClassesAsync();
        _world.World.Log.Batches.Add(Classes(3000, 2, labelled: 1).ToBatch());
        var report = await _world.CheckAsync(o =>
        {
            o.Metrics.Add("business_value_per_prediction");
            foreach (var name in Names) o.Values.Add(new() { Predicted = name, Truth = name, Value = 1 });
        });
        var point = report.Series.Single().Points[0];
        point.Realized!.Value.Should().BeApproximately((await _world.CheckAsync()).Series[0].Points[0].Realized!.Value, 1e-12, "one for each that is right is the accuracy");
        point.Estimated!.Value.Should().BeApproximately(point.Realized.Value, 0.04);
    }

    [Fact]
    public async Task Errors_of_numbers_are_estimated_by_trees()
    {
        _world.More = services => services.AddSingleton(Learners.Trees);
        await TrainNumbersAsync();
        _world.World.Log.Batches.AddRange([Numbers(3000, 2, labelled: 1).ToBatch(), Numbers(3000, 3, labelled: 0, day: 1).ToBatch(), Numbers(3000, 4, labelled: 0, day: 2, high: true).ToBatch()]);
        var report = await _world.CheckAsync(configure: o => o.ChunkPeriod = TimeSpan.FromDays(1), days: 3);
        report.EstimateProblem.Should().BeNull();
        report.Series.Select(s => s.Metric).Should().Equal("rmse", "mae");
        var mae = report.Series[1];
        mae.Points.Select(p => p.Status).Should().Equal(PerformanceStatus.Realized, PerformanceStatus.Estimated, PerformanceStatus.Estimated);
        mae.Points[0].Estimated!.Value.Should().BeApproximately(mae.Points[0].Realized!.Value, 0.1);
        mae.Points.Select(p => p.IsAlarm).Should().Equal(false, false, true);
        mae.Points[2].Value!.Value.Should().BeApproximately(1.6, 0.2, "where x is high, the model errs more");
        report.Alarms.Should().OnlyContain(a => a.Direction == "up" && a.Chunk!.Number == 2);
    }

    [Fact]
    public async Task Without_a_learner_of_trees_the_section_says_so()
    {
        await TrainNumbersAsync();
        _world.World.Log.Batches.Add(Numbers(1000, 2, labelled: 0).ToBatch());
        var report = await _world.CheckAsync();
        report.EstimateProblem.Should().Contain("no learner of trees").And.Contain("AddTraining");
        report.Summary.Should().StartWith("Nothing is known of the performance: 0 of 1,000 predictions are labelled");
        report.Coverage.Single().Status.Should().Be(PerformanceStatus.Unknown);
    }

    [Fact]
    public async Task A_model_of_numbers_that_has_become_worse_is_found()
    {
        await TrainNumbersAsync();
        _world.World.Log.Batches.Add(Numbers(2000, 2, labelled: 1, worse: 1.5).ToBatch());
        var report = await _world.CheckAsync();
        report.Alarms.Should().HaveCount(2).And.OnlyContain(a => a.Direction == "up" && a.Value > a.Threshold);
    }

    [Fact]
    public async Task One_infinite_label_counts_as_none()
    {
        await TrainNumbersAsync();
        var log = Numbers(500, 2, labelled: 1).ToBatch();
        var truth = Enumerable.Range(0, 500).Select(i => i == 7 ? double.PositiveInfinity : ColumnReader.Number(ColumnReader.Find(log, PredictionColumns.Truth)!, i)).ToArray();
        _world.World.Log.Batches.Add(new Table().Add("output.Score", log.Column("output.Score")).Add(PredictionColumns.Truth, truth).ToBatch());
        var report = await _world.CheckAsync();
        report.Labels.Should().Be(499);
        report.Series[0].Points[0].Realized!.Value.Should().BeLessThan(3);
    }

    private Task<ModelVersion> TrainClassesAsync()
    {
        var (weights, truth) = Draw(6000, 1, 0);
        var validation = new Table().Add("a", weights.Select(w => w[0])).Add("b", weights.Select(w => w[1])).Add("y", truth.Select(t => (string?)Names[t]));
        return _world.TrainAsync(validation, Multiclass, [new("PredictedLabel", TensorType.String), new("Score", TensorType.Float32, 3)], inputs =>
        {
            var (a, b) = (((Tensor<double>)inputs[0]).Values, ((Tensor<double>)inputs[1]).Values);
            var best = a.Select((v, i) => (string?)Names[Best([v, b[i], 1 - v - b[i]])]).ToArray();
            return [Tensor.Of("PredictedLabel", best), Tensor.Of("Score", a.SelectMany((v, i) => new[] { (float)v, (float)b[i], (float)(1 - v - b[i]) }).ToArray(), 3)];
        });
    }

    private static Table Classes(int rows, int seed, double labelled, int day = 0, double noise = 0)
    {
        var (weights, truth) = Draw(rows, seed, noise);
        var random = new Random(seed + 100);
        return new Table()
            .Add("output.PredictedLabel", weights.Select(w => (string?)Names[Best(w)]))
            .Add("output.Score.0", weights.Select(w => w[0])).Add("output.Score.1", weights.Select(w => w[1])).Add("output.Score.2", weights.Select(w => w[2]))
            .Add(PredictionColumns.Time, Enumerable.Range(0, rows).Select(i => World.May.AddDays(day + ((double)i / rows))))
            .Add(PredictionColumns.Truth, truth.Select(t => random.NextDouble() < labelled ? t : (double?)null));
    }

    private static (double[][] Weights, int[] Truth) Draw(int rows, int seed, double noise)
    {
        var random = new Random(seed);
        var weights = Enumerable.Range(0, rows).Select(_ =>
        {
            double[] w = [random.NextDouble() * random.NextDouble(), random.NextDouble() * random.NextDouble(), random.NextDouble() * random.NextDouble()];
            return Array.ConvertAll(w, v => v / w.Sum());
        }).ToArray();
        return (weights, Array.ConvertAll(weights, w =>
        {
            if (random.NextDouble() < noise) return random.Next(3);
            var draw = random.NextDouble();
            return draw < w[0] ? 0 : draw < w[0] + w[1] ? 1 : 2;
        }));
    }

    private static int Best(double[] weights) => Array.IndexOf(weights, weights.Max());

    // The error grows with x: its deviation is x, and its mean size x times 0.8.
    private Task<ModelVersion> TrainNumbersAsync()
    {
        var (x, y) = DrawNumbers(8000, 1, false, 1);
        return _world.TrainAsync(new Table().Add("x", x).Add("y", y), Regression, [new("Score", TensorType.Float32)], inputs => [Tensor.Of("Score", Array.ConvertAll(((Tensor<double>)inputs[0]).Values, v => (float)(10 * v)))]);
    }

    private static Table Numbers(int rows, int seed, double labelled, int day = 0, bool high = false, double worse = 1)
    {
        var (x, y) = DrawNumbers(rows, seed, high, worse);
        var random = new Random(seed + 100);
        return new Table()
            .Add("x", x)
            .Add("output.Score", x.Select(v => (double)(float)(10 * v)))
            .Add(PredictionColumns.Time, Enumerable.Range(0, rows).Select(i => World.May.AddDays(day + ((double)i / rows))))
            .Add(PredictionColumns.Truth, y.Select(t => random.NextDouble() < labelled ? t : (double?)null));
    }

    private static (double[] X, double[] Y) DrawNumbers(int rows, int seed, bool high, double worse)
    {
        var random = new Random(seed);
        var x = Enumerable.Range(0, rows).Select(_ => high ? 1.9 + (0.2 * random.NextDouble()) : 2 * random.NextDouble()).ToArray();
        return (x, Array.ConvertAll(x, v => (10 * v) + (worse * v * Gauss(random))));
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
