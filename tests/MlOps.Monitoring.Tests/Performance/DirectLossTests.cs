using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>How far predicted numbers are off, estimated without labels.</summary>
public class DirectLossTests
{
    private static readonly ITreeLearner Learner = Learners.Trees;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_figure_follows_the_rows_on_which_the_model_is_bad()
    {
        // The noise of the target grows with x: where large x are more frequent, the model is worse.
        var reference = Draw(20_000, 1, power: 1);
        using var loss = DirectLoss.Fit(Learner, ["mae", "rmse"], reference.Features, reference.Predicted, reference.Truth, cancellationToken: Stop);
        var current = Draw(20_000, 2, power: 0.25);
        foreach (var metric in loss.Metrics)
        {
            var realized = Realized(metric, current);
            Estimate(loss, metric, current).Should().BeApproximately(realized, realized * 0.03, metric);
            realized.Should().BeGreaterThan(Realized(metric, reference) * 1.3, "else nothing was to be found");
        }
    }

    [Fact]
    public void The_reference_is_not_judged_by_trees_that_know_it_by_heart()
    {
        // Nothing tells how large the loss is: learned by heart it still correlates with the estimate, out of fold it does not.
        var random = new Random(3);
        var x = Enumerable.Range(0, 2000).Select(_ => (float)random.NextDouble()).ToArray();
        var rows = new Rows([new("x", x)], new double[2000], [.. Enumerable.Range(0, 2000).Select(_ => Gauss(random))]);
        using var loss = DirectLoss.Fit(Learner, ["mae"], rows.Features, rows.Predicted, rows.Truth, cancellationToken: Stop);
        var inSample = new double[2000];
        loss.Estimate("mae", rows.Features, rows.Predicted, inSample);
        Correlation(inSample, rows).Should().BeGreaterThan(0.3);
        Math.Abs(Correlation([.. loss.OutOfFold("mae")], rows)).Should().BeLessThan(0.08);
    }

    [Fact]
    public void No_estimate_is_below_zero()
    {
        var reference = Draw(3000, 4, power: 1);
        using var loss = DirectLoss.Fit(Learner, ["mae", "mse", "mape"], reference.Features, reference.Predicted, reference.Truth, cancellationToken: Stop);
        foreach (var metric in loss.Metrics)
        {
            var losses = new double[3000];
            loss.Estimate(metric, reference.Features, reference.Predicted, losses);
            losses.Concat(loss.OutOfFold(metric)).Should().OnlyContain(l => l >= 0, metric);
        }
    }

    [Fact]
    public void Figures_of_one_loss_share_a_model()
    {
        var counting = new CountingLearner();
        var rows = Draw(100, 5, power: 1);
        using var loss = DirectLoss.Fit(counting, ["mae", "mse", "rmse", "mape", "msle", "rmsle"], rows.Features, rows.Predicted, rows.Truth, folds: 3, cancellationToken: Stop);
        counting.Fits.Should().Be(4 * (3 + 1));
    }

    [Fact]
    public void Rows_without_a_truth_are_left_out()
    {
        var all = Draw(1000, 6, power: 1);
        var truth = all.Truth.ToArray();
        for (var i = 0; i < truth.Length; i += 2) truth[i] = double.NaN;
        using var loss = DirectLoss.Fit(Learner, ["mae"], all.Features, all.Predicted, truth, cancellationToken: Stop);
        loss.Realized("mae").Count.Should().Be(500);
        loss.OutOfFold("mae").Select((l, i) => double.IsNaN(l) == (i % 2 == 0)).Should().OnlyContain(isRight => isRight);
    }

    [Fact]
    public void A_figure_that_no_row_has_is_unknown()
    {
        var rows = Draw(200, 7, power: 1);
        using var loss = DirectLoss.Fit(Learner, ["rmsle", "mae"], rows.Features, rows.Predicted, Array.ConvertAll(rows.Truth, _ => -5.0), cancellationToken: Stop);
        double.IsNaN(Estimate(loss, "rmsle", rows)).Should().BeTrue("there is no logarithm of a number below -1");
        Estimate(loss, "mae", rows).Should().BeGreaterThan(4);
    }

    [Fact]
    public void A_missing_prediction_has_no_loss()
    {
        var rows = Draw(500, 8, power: 1);
        using var loss = DirectLoss.Fit(Learner, ["mae"], rows.Features, rows.Predicted, rows.Truth, cancellationToken: Stop);
        var losses = new double[1];
        loss.Estimate("mae", [new("x", new float[] { 0.5f })], [double.NaN], losses);
        losses[0].Should().Be(double.NaN);
    }

    [Fact]
    public void A_sampling_error_is_that_of_the_losses()
    {
        var rows = Draw(1000, 9, power: 1);
        using var loss = DirectLoss.Fit(Learner, ["mae"], rows.Features, rows.Predicted, rows.Truth, folds: 0, cancellationToken: Stop);
        loss.SamplingError("mae", 400).Should().BeApproximately(loss.Realized("mae").PopulationDeviation / 20, 1e-12);
    }

    [Fact]
    public void An_unknown_figure_is_refused() =>
        FluentActions.Invoking(() => DirectLoss.Fit(Learner, ["r2"], [], [1], [1])).Should().Throw<ArgumentException>().WithMessage("*no figure 'r2'*");

    private static double Estimate(DirectLoss loss, string metric, Rows rows)
    {
        var losses = new double[rows.Truth.Length];
        loss.Estimate(metric, rows.Features, rows.Predicted, losses);
        return DirectLoss.Figure(metric, losses.Average());
    }

    private static double Realized(string metric, Rows rows) =>
        DirectLoss.Figure(metric, rows.Predicted.Zip(rows.Truth, (p, t) => MlOps.Statistics.RegressionPerformance.Loss(metric, p, t)).Average());

    private static double Correlation(double[] estimates, Rows rows)
    {
        var correlation = new MlOps.Statistics.Correlation();
        correlation.Add(estimates, [.. rows.Predicted.Zip(rows.Truth, (p, t) => Math.Abs(p - t))]);
        return correlation.Pearson;
    }

    // x in 0..1, large ones the more frequent the smaller the power; the truth is 10 x and noise of the size of x.
    private static Rows Draw(int rows, int seed, double power)
    {
        var random = new Random(seed);
        var (x, predicted, truth) = (new float[rows], new double[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            x[i] = (float)Math.Pow(random.NextDouble(), power);
            predicted[i] = 10 * x[i];
            truth[i] = predicted[i] + (x[i] * Gauss(random));
        }

        return new([new("x", x)], predicted, truth);
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed record Rows(TreeColumn[] Features, double[] Predicted, double[] Truth);

    private sealed class CountingLearner : ITreeLearner
    {
        public int Fits { get; private set; }

        public ITreeModel Fit(TreeTask task, IReadOnlyList<TreeColumn> columns, ReadOnlyMemory<float> target, TreeOptions? options = null, CancellationToken cancellationToken = default)
        {
            Fits++;
            return Learner.Fit(task, columns, target, (options ?? new()) with { Trees = 1 }, cancellationToken);
        }
    }
}
