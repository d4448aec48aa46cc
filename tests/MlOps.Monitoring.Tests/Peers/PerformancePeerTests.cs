using System.Globalization;
using MlOps.Core;
using MlOps.Peers;

namespace MlOps.Monitoring.Tests.Peers;

/// <summary>NannyML's estimated performance and business value of two classes, chunk by chunk, through a whole monitor: reference scored by a model, rows of a log, sections of a report.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class PerformancePeerTests : IDisposable
{
    private const string Folder = "monitoring/nannyml/";

    private static readonly (string Ours, string Theirs)[] Metrics =
    [
        ("auc", "roc_auc"), ("auprc", "average_precision"), ("f1_score", "f1"), ("accuracy", "accuracy"), ("positive_precision", "precision"), ("positive_recall", "recall"), ("negative_recall", "specificity"),
        ("business_value", "business_value"),
    ];

    private readonly ScoredWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_monitor_estimates_like_NannyML()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Oracles.Folder, Folder + "synthbin_cbpe.json")) || Environment.GetEnvironmentVariable("CI") == "true", "The peers' cases are not here. Set MLOPS_ORACLES to their folder.");
        var cases = Oracles.Read(Folder + "synthbin_cbpe.json");
        var (reference, analysis) = (Read("synthbin_reference.csv"), Read("synthbin_analysis_with_targets.csv"));
        await _world.TrainAsync(
            new Table().Add("p", reference.Scores).Add("class", reference.Predicted).Add("y", reference.Truth), "binary-classification",
            [new("PredictedLabel", TensorType.Bool), new("Probability", TensorType.Float64)],
            inputs => [Tensor.Of("PredictedLabel", Array.ConvertAll(((Tensor<double>)inputs[1]).Values, v => v > 0)), Tensor.Of("Probability", ((Tensor<double>)inputs[0]).Values)]);
        _world.World.Log.Batches.Add(new Table()
            .Add("output.PredictedLabel", analysis.Predicted.Select(p => p > 0)).Add("output.Probability", analysis.Scores)
            .Add(PredictionColumns.Truth, analysis.Truth)
            .Add(PredictionColumns.Time, analysis.Scores.Select((_, i) => World.May.AddSeconds(i))).ToBatch());

        var report = await _world.CheckAsync(
            o =>
            {
                foreach (var (ours, _) in Metrics) o.Metrics.Add(ours);
                foreach (var (predicted, truth, value) in new[] { ("false", "false", 2.0), ("true", "false", -5), ("false", "true", -10), ("true", "true", 10) }) o.Values.Add(new() { Predicted = predicted, Truth = truth, Value = value });
            },
            o => o.ChunkRows = 500);

        report.Reference!.IsCalibrated.Should().BeTrue("NannyML calibrates, too");
        var chunks = cases.GetProperty("rows").EnumerateArray().Where(r => r.GetProperty("chunk/period").GetString() == "analysis").ToList();
        foreach (var ((_, theirs), series) in Metrics.Zip(report.Series))
        {
            series.Points.Should().HaveCount(chunks.Count);
            foreach (var (point, chunk) in series.Points.Zip(chunks))
            {
                var expected = Oracles.Number(chunk.GetProperty($"{theirs}/value"));
                point.Estimated!.Value.Should().BeApproximately(expected, Math.Max(1, Math.Abs(expected)) * 1e-5, $"{theirs} of chunk {point.Chunk}");
            }
        }
    }

    private static (double[] Scores, double[] Predicted, double[] Truth) Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Oracles.Folder, Folder + file)).Select(l => l.Split(',')).ToArray();
        double[] Column(string name) => [.. lines.Skip(1).Select(l => double.Parse(l[Array.IndexOf(lines[0], name)], CultureInfo.InvariantCulture))];
        return (Column("y_pred_proba"), Column("y_pred"), Column("y_true"));
    }
}
