using MlOps.Statistics;
using MlOps.Tests;

namespace MlOps.Monitoring.Tests;

/// <summary>How often reports on a model that is as good as ever have an alarm of performance. The stated share is raised so that few reports tell.</summary>
public sealed class PerformanceFalseAlarmTests
{
    private const double Significance = 0.05;
    private const int Reports = 400;

    [Theory]
    [InlineData(1000, 100)]
    [InlineData(1000, 1000)]
    [InlineData(10_000, 150)]
    [InlineData(300, 3000)]
    public void A_classifier_alarms_as_seldom_as_stated(int reference, int chunk)
    {
        var random = new Random(reference + chunk);
        string[] metrics = ["auc", "f1_score", "accuracy", "positive_precision", "positive_recall"];
        Share(metrics, "binary-classification", _ => Binary(random, reference), _ => Binary(random, chunk)).Should().BeLessThanOrEqualTo(Allowed);
    }

    [Theory]
    [InlineData(1000, 100)]
    [InlineData(10_000, 150)]
    [InlineData(1000, 1000)]
    [InlineData(5000, 20_000)]
    [InlineData(300, 3000)]
    public void Losses_of_a_heavy_tail_alarm_as_seldom_as_stated(int reference, int chunk)
    {
        var random = new Random(reference - chunk);
        Share(["mae", "rmse"], "regression", _ => Heavy(random, reference), _ => Heavy(random, chunk)).Should().BeLessThanOrEqualTo(Allowed);
    }

    // Of 400 reports, the 99.9 % point of a share of 0.05.
    private static double Allowed => Significance + (3.1 * Math.Sqrt(Significance * (1 - Significance) / Reports));

    private static double Share(string[] metrics, string task, Func<int, ScoredRows> reference, Func<int, ScoredRows> chunk)
    {
        var options = new PerformanceOptions { Significance = Significance, MinChange = 0, MinLabels = 50 };
        foreach (var metric in metrics) options.Metrics.Add(metric);
        var all = PerformanceMetric.Of(task, options);
        var alarms = 0;
        for (var report = 0; report < Reports; report++)
        {
            var performance = new PerformanceTask(Manifest(task), options);
            var known = new SegmentReference(performance, reference(report));
            var rows = chunk(report);
            var tally = performance.Create(BinaryTally.DefaultExactRows);
            for (var row = 0; row < rows.Count; row++) tally.Add(rows, row);
            var open = all.Select(m => new OpenSeries(m, null, known.Value(m), known.Rows, [new(0, PerformanceStatus.Realized, null, Bands.Around(m, tally.Realize(m), known.Error(m, tally.Labels), tally.Labels), double.NaN, double.NaN, 1, false)])
            {
                Noise = _ => known.Noise(m, tally),
            }).ToList();
            if (PerformanceJudge.Judge(open, options, [], "reference").Alarms.Count > 0) alarms++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{(double)alarms / Reports:P1}");
        return (double)alarms / Reports;
    }

    // A fifth is positive, and few are predicted so.
    private static ScoredRows Binary(Random random, int rows)
    {
        var scores = Enumerable.Range(0, rows).Select(_ => Math.Pow(random.NextDouble(), 4)).ToArray();
        return new(rows) { Scores = scores, Predicted = Array.ConvertAll(scores, s => s > 0.5 ? 1.0 : 0), Truth = Array.ConvertAll(scores, s => random.NextDouble() < s ? 1.0 : 0) };
    }

    private static ScoredRows Heavy(Random random, int rows) => new(rows)
    {
        Predicted = new double[rows],
        Truth = [.. Enumerable.Range(0, rows).Select(_ => Math.Exp(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))],
    };

    private static MlOps.Core.BundleManifest Manifest(string task) => Manifests.Empty with
    {
        Model = "m",
        Platform = "fake",
        Task = task,
        Signature = new(new([]), [new("Score", MlOps.Core.TensorType.Float32)]),
        Label = "y",
    };
}
