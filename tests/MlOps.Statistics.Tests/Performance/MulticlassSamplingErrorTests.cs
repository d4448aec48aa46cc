namespace MlOps.Statistics.Tests.Performance;

public sealed class MulticlassSamplingErrorTests
{
    [Fact]
    public void It_is_how_far_chunks_really_scatter()
    {
        var random = new Random(11);
        var (scores, predicted, truth) = Draw(random, 20_000);
        var errors = MulticlassSamplingError.Fit(scores, predicted, truth);
        var figures = Enumerable.Range(0, 300).Select(_ =>
        {
            var (s, p, t) = Draw(random, 500);
            var of = MulticlassPerformance.Of(s, p, [.. Enumerable.Range(0, 3).Select(c => Array.ConvertAll(t, x => x == c ? 1.0 : 0))]);
            return (of.RocAuc, of.F1, of.Accuracy);
        }).ToArray();
        foreach (var (metric, values) in new[] { ("roc_auc", figures.Select(f => f.RocAuc)), ("f1", figures.Select(f => f.F1)), ("accuracy", figures.Select(f => f.Accuracy)) })
            errors.Of(metric, 500).Should().BeApproximately(RunningMoments.Of(values.ToArray()).SampleDeviation, errors.Of(metric, 500) * 0.3, metric);
    }

    [Fact]
    public void Without_rows_it_is_unknown() => double.IsNaN(MulticlassSamplingError.Fit([[], []], [], []).Of("f1", 10)).Should().BeTrue();

    [Fact]
    public void A_figure_that_does_not_exist_is_refused() =>
        FluentActions.Invoking(() => MulticlassSamplingError.Fit([[], []], [], []).Of("else", 10)).Should().Throw<ArgumentOutOfRangeException>();

    private static (double[][] Scores, int[] Predicted, int[] Truth) Draw(Random random, int rows)
    {
        var scores = new[] { new double[rows], new double[rows], new double[rows] };
        var (predicted, truth) = (new int[rows], new int[rows]);
        for (var i = 0; i < rows; i++)
        {
            var weights = new[] { random.NextDouble() + 0.1, random.NextDouble(), random.NextDouble() * 0.6 };
            for (var c = 0; c < 3; c++) scores[c][i] = weights[c] / weights.Sum();
            predicted[i] = Array.IndexOf(weights, weights.Max());
            var draw = random.NextDouble();
            truth[i] = draw < scores[0][i] ? 0 : draw < scores[0][i] + scores[1][i] ? 1 : 2;
        }

        return (scores, predicted, truth);
    }
}
