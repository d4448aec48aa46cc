namespace MlOps.Statistics.Tests.Performance;

public sealed class BinaryTallyTests
{
    [Fact]
    public void Few_rows_give_the_figures_of_the_rows_themselves()
    {
        var (scores, predicted, truth) = Draw(5000, 1);
        var tally = new BinaryTally();
        for (var i = 0; i < scores.Length; i++) tally.Add(scores[i], predicted[i], scores[i], i % 3 == 0 ? double.NaN : truth[i]);
        tally.IsExact.Should().BeTrue();
        Close(tally.Estimate(), BinaryPerformance.Of(scores, predicted, scores), 1e-6);
        Close(tally.Realize(), BinaryPerformance.Of(scores, predicted, [.. truth.Select((t, i) => i % 3 == 0 ? double.NaN : t)]), 1e-9);
        (tally.EstimatedRows, tally.Labels).Should().Be((5000, 3333));
    }

    [Fact]
    public void Many_rows_give_nearly_the_same_area_and_the_same_of_all_else()
    {
        var (scores, predicted, truth) = Draw(300_000, 2);
        var tally = new BinaryTally(10_000);
        for (var i = 0; i < scores.Length; i++) tally.Add(scores[i], predicted[i], scores[i], truth[i]);
        tally.IsExact.Should().BeFalse();
        var (exact, binned) = (BinaryPerformance.Of(scores, predicted, truth), tally.Realize());
        binned.RocAuc.Should().BeApproximately(exact.RocAuc, 1e-5);
        binned.AveragePrecision.Should().BeApproximately(exact.AveragePrecision, 1e-3);
        (binned.F1, binned.Accuracy).Should().Be((exact.F1, exact.Accuracy));
        tally.Estimate().RocAuc.Should().BeApproximately(BinaryPerformance.Of(scores, predicted, scores).RocAuc, 1e-5);
    }

    [Fact]
    public void Rows_that_come_in_order_of_their_scores_are_binned_as_well()
    {
        var (scores, _, _) = Draw(100_000, 3);
        Array.Sort(scores);
        var random = new Random(4);
        var truth = Array.ConvertAll(scores, s => random.NextDouble() < s ? 1.0 : 0);
        var tally = new BinaryTally(5_000);
        for (var i = 0; i < scores.Length; i++) tally.Add(scores[i], 1, double.NaN, truth[i]);
        tally.Realize().RocAuc.Should().BeApproximately(BinaryPerformance.Of(scores, truth, truth).RocAuc, 1e-5);
    }

    [Fact]
    public void One_score_only_is_one_bin()
    {
        var tally = new BinaryTally(10);
        for (var i = 0; i < 100; i++) tally.Add(0.5, 1, double.NaN, i % 2);
        tally.Realize().RocAuc.Should().Be(0.5);
    }

    [Fact]
    public void Rows_that_say_nothing_are_left_out()
    {
        var tally = new BinaryTally();
        tally.Add(0.5, double.NaN, 0.5, 1);
        tally.Add(0.5, 1, double.NaN, double.NaN);
        (tally.EstimatedRows, tally.Labels).Should().Be((0, 0));
        double.IsNaN(tally.Realize().Accuracy).Should().BeTrue();
    }

    [Fact]
    public void Without_scores_there_is_no_area_but_an_accuracy()
    {
        var tally = new BinaryTally();
        tally.Add(double.NaN, 1, double.NaN, 1);
        tally.Add(double.NaN, 0, double.NaN, 1);
        tally.Realize().Should().Match<BinaryPerformance>(p => p.Accuracy == 0.5 && double.IsNaN(p.RocAuc));
    }

    private static (double[] Scores, double[] Predicted, double[] Truth) Draw(int rows, int seed)
    {
        var random = new Random(seed);
        var scores = Enumerable.Range(0, rows).Select(_ => (double)(float)Math.Pow(random.NextDouble(), 2)).ToArray();
        return (scores, Array.ConvertAll(scores, s => s > 0.5 ? 1.0 : 0), Array.ConvertAll(scores, s => random.NextDouble() < s ? 1.0 : 0));
    }

    private static void Close(BinaryPerformance actual, BinaryPerformance expected, double tolerance)
    {
        actual.RocAuc.Should().BeApproximately(expected.RocAuc, tolerance);
        actual.AveragePrecision.Should().BeApproximately(expected.AveragePrecision, tolerance);
        actual.F1.Should().BeApproximately(expected.F1, 1e-12);
        actual.Accuracy.Should().BeApproximately(expected.Accuracy, 1e-12);
    }
}
