using CsCheck;

namespace MlOps.Statistics.Tests.Performance;

public sealed class PerformanceTests
{
    [Fact]
    public void Known_truth_gives_the_figures_of_the_textbook()
    {
        double[] scores = [0.9, 0.8, 0.7, 0.6, 0.55, 0.54, 0.53, 0.51], truth = [1, 1, 0, 1, 1, 1, 0, 0];
        var performance = BinaryPerformance.Of(scores, [1, 1, 1, 1, 0, 0, 0, 0], truth);
        (performance.TruePositives, performance.FalsePositives, performance.FalseNegatives, performance.TrueNegatives).Should().Be((3, 1, 2, 2));
        performance.RocAuc.Should().BeApproximately(12.0 / 15, 1e-12);
        performance.AveragePrecision.Should().BeApproximately((1 + 1 + 0.75 + 0.8 + (5.0 / 6)) / 5, 1e-12);
        (performance.Precision, performance.Recall, performance.Accuracy).Should().Be((0.75, 0.6, 5.0 / 8));
    }

    [Fact]
    public void Equal_scores_are_one_step() => BinaryPerformance.Of([1, 1, 1, 1], [1, 1, 1, 1], [1, 0, 1, 0]).RocAuc.Should().Be(0.5);

    [Fact]
    public void One_class_only_has_no_area_but_an_accuracy()
    {
        var performance = BinaryPerformance.Of([0.2, 0.9], [0, 1], [1, 1]);
        performance.RocAuc.Should().Be(double.NaN);
        performance.Accuracy.Should().Be(0.5);
    }

    [Fact]
    public void Rows_with_a_missing_value_are_left_out() => BinaryPerformance.Of([0.2, double.NaN, 0.9], [0, 1, 1], [0, 1, double.NaN]).Count.Should().Be(1);

    [Fact]
    public void No_rows_have_no_figures()
    {
        var performance = BinaryPerformance.Of([], [], []);
        new[] { performance.RocAuc, performance.Accuracy, performance.F1 }.Should().OnlyContain(f => double.IsNaN(f));
        RegressionPerformance.Of([], []).MeanAbsoluteError.Should().Be(double.NaN);
    }

    [Fact]
    public void Rows_of_other_lengths_are_refused() =>
        FluentActions.Invoking(() => BinaryPerformance.Of([1], [1, 0], [1, 0])).Should().Throw<ArgumentException>().WithMessage("There are 1 scores, 2 predictions and 2 true values.*");

    [Fact]
    public void Probabilities_give_what_known_truth_gives_on_average()
    {
        var random = new Random(7);
        var scores = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble()).ToArray();
        var predicted = Array.ConvertAll(scores, s => s > 0.5 ? 1.0 : 0.0);
        var truth = Array.ConvertAll(scores, s => random.NextDouble() < s ? 1.0 : 0.0);
        var (estimated, realized) = (BinaryPerformance.Of(scores, predicted, scores), BinaryPerformance.Of(scores, predicted, truth));
        estimated.RocAuc.Should().BeApproximately(realized.RocAuc, 0.01);
        estimated.F1.Should().BeApproximately(realized.F1, 0.01);
    }

    [Fact]
    public void Two_classes_as_several_have_the_figures_of_two()
    {
        double[] scores = [0.9, 0.4, 0.3, 0.8], truth = [1, 0, 1, 1];
        var binary = BinaryPerformance.Of(scores, [1, 0, 0, 1], truth);
        var several = MulticlassPerformance.Of([Array.ConvertAll(scores, s => 1 - s), scores], [1, 0, 0, 1], [Array.ConvertAll(truth, t => 1 - t), truth]);
        several.Accuracy.Should().Be(binary.Accuracy);
        several.RocAuc.Should().BeApproximately(binary.RocAuc, 1e-12);
        several.Classes[1].Should().Be(binary);
    }

    [Fact]
    public void Calibrated_scores_of_several_classes_sum_to_one()
    {
        var halved = IsotonicRegression.FromKnots([0, 1], [0, 0.5]);
        var chances = MulticlassPerformance.Calibrate([halved, null], [[0.8, 0], [0.6, 0]]);
        (chances[0][0] + chances[1][0]).Should().BeApproximately(1, 1e-12);
        chances[0][1].Should().Be(0.5, "nothing speaks for either");
    }

    [Fact]
    public void An_isotonic_fit_never_falls_and_keeps_the_mean() => Gen.Double[-5, 5].Array[2, 60].Select(Gen.Double[0, 1].Array[60]).Sample((x, y) =>
    {
        y = y[..x.Length];
        var function = IsotonicRegression.Fit(x, y);
        for (var i = 1; i < function.Y.Length; i++) (function.Y[i] >= function.Y[i - 1] && function.X[i] > function.X[i - 1]).Should().BeTrue();
        x.Average(function.At).Should().BeApproximately(y.Average(), 1e-9);
    });

    [Fact]
    public void An_isotonic_function_is_flat_outside_of_its_points()
    {
        var function = IsotonicRegression.Fit([1, 2, double.NaN], [0.2, 0.4, 1]);
        (function.At(-10), function.At(1.5), function.At(10)).Should().Be((0.2, 0.30000000000000004, 0.4));
        function.At(double.NaN).Should().Be(double.NaN);
    }

    [Fact]
    public void Nothing_to_fit_is_refused() => FluentActions.Invoking(() => IsotonicRegression.Fit([double.NaN], [1])).Should().Throw<ArgumentException>().WithMessage("There is no point to fit*");

    [Fact]
    public void Scores_that_are_probabilities_need_no_calibration()
    {
        var random = new Random(3);
        var scores = Enumerable.Range(0, 5_000).Select(_ => Math.Round(random.NextDouble(), 1)).ToArray();
        var truth = Array.ConvertAll(scores, s => random.NextDouble() < s ? 1.0 : 0.0);
        Calibration.Error(scores, truth).Should().BeLessThan(0.02);
        Calibration.FitWhereNeeded(Array.ConvertAll(scores, s => s * s), truth).Should().NotBeNull("squares of probabilities are none");
        Calibration.FitWhereNeeded(scores, Array.ConvertAll(scores, _ => 1.0)).Should().BeNull("one class only tells nothing");
    }

    [Fact]
    public void A_regression_is_measured_by_its_losses()
    {
        var performance = RegressionPerformance.Of([2, 4, double.NaN], [1, 6, 3]);
        (performance.Count, performance.MeanAbsoluteError, performance.MeanSquaredError, performance.MeanError).Should().Be((2, 1.5, 2.5, -0.5));
        performance.MeanAbsolutePercentageError.Should().BeApproximately((1 + (2.0 / 6)) / 2, 1e-12);
        RegressionPerformance.Of([-2], [1]).MeanSquaredLogError.Should().Be(double.NaN, "-2 has no logarithm of one more");
    }
}
