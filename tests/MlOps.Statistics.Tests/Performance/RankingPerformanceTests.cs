namespace MlOps.Statistics.Tests.Performance;

public sealed class RankingPerformanceTests
{
    [Fact]
    public void An_order_has_the_figures_of_the_textbook()
    {
        // Relevances in the order of the scores: 3, 2, 3, 0, 1, 2 (Wikipedia's example of discounted cumulative gain).
        var of = RankingPerformance.Of([1, 1, 1, 1, 1, 1], [6, 5, 4, 3, 2, 1], [3, 2, 3, 0, 1, 2], 6);
        of.Ndcg.Should().BeApproximately(6.861 / 7.141, 1e-3);
        of.MeanReciprocalRank.Should().Be(1);
        of.MeanAveragePrecision.Should().BeApproximately((1 + 1 + 1 + (4.0 / 5) + (5.0 / 6)) / 5, 1e-12);
        (of.HitRate, of.Precision, of.Recall).Should().Be((1, 5.0 / 6, 1));
    }

    [Fact]
    public void Groups_count_alike()
    {
        var of = RankingPerformance.Of([1, 1, 2, 2, 2], [2, 1, 3, 2, 1], [1, 0, 0, 0, 1], 2);
        (of.Groups, of.MeanReciprocalRank, of.HitRate, of.Recall).Should().Be((2, 0.5, 0.5, 0.5));
        of.Precision.Should().Be(0.25);
    }

    [Fact]
    public void A_model_that_says_nothing_gains_nothing() => RankingPerformance.Of([1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0], 1).HitRate.Should().Be(0);

    [Fact]
    public void A_group_without_a_relevant_row_does_not_count() => RankingPerformance.Of([1, 2], [1, 1], [0, 1]).Groups.Should().Be(1);

    [Fact]
    public void Missing_scores_and_labels_are_left_out() => RankingPerformance.Of([1, 1, 1], [double.NaN, 2, 1], [1, double.NaN, 1], 1).HitRate.Should().Be(1);

    [Fact]
    public void No_rows_have_no_figures() => double.IsNaN(RankingPerformance.Of([], [], []).Ndcg).Should().BeTrue();

    [Fact]
    public void Rows_of_other_lengths_are_refused() => FluentActions.Invoking(() => RankingPerformance.Of([1], [1, 2], [1, 2])).Should().Throw<ArgumentException>();
}
