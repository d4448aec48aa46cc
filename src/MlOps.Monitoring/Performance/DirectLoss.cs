using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Estimates how far predicted numbers are off where the truth is not known yet: for each loss, trees learn from labelled reference rows how large it is, given the inputs and the prediction.</summary>
/// <remarks>
/// Direct loss estimation (NannyML). Unlike there, what is said of the reference itself comes from trees that did not learn from the row (out of fold): losses that were learned by heart look smaller than those to come, and limits
/// drawn from them would be too narrow. One model serves the figures of one loss: mse and rmse, msle and rmsle. Estimates are never below 0. Thread-safe, except for being disposed.
/// </remarks>
internal sealed class DirectLoss : IDisposable
{
    /// <summary>The column that holds the prediction among the columns that are learned from.</summary>
    public const string PredictionColumn = "prediction.value";

    private readonly Dictionary<string, Loss> _losses = new(StringComparer.Ordinal); // by LossOf

    private DirectLoss(IReadOnlyList<string> metrics) => Metrics = metrics;

    /// <summary>Gets the figures that can be estimated.</summary>
    public IReadOnlyList<string> Metrics { get; }

    /// <summary>Learns from labelled rows.</summary>
    /// <param name="learner">Learns the trees.</param>
    /// <param name="metrics">The figures that are wanted: mae, mse, rmse, mape, msle, rmsle.</param>
    /// <param name="features">The inputs.</param>
    /// <param name="predicted">The predictions, one a row.</param>
    /// <param name="truth">What was true. Rows where one of the two is NaN, or whose loss is no finite number, are left out.</param>
    /// <param name="folds">How many folds the reference is dealt to for <see cref="OutOfFold"/>; 0 leaves it out.</param>
    /// <param name="options">How the trees are learned.</param>
    /// <param name="cancellationToken">Stops the learning.</param>
    /// <exception cref="ArgumentException">There is no such figure, or lengths differ.</exception>
    public static DirectLoss Fit(
        ITreeLearner learner,
        IReadOnlyList<string> metrics,
        IReadOnlyList<TreeColumn> features,
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> truth,
        int folds = 5,
        TreeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        if (predicted.Length != truth.Length) throw new ArgumentException($"There are {predicted.Length} predictions and {truth.Length} true numbers.", nameof(truth));
        var columns = Columns(features, predicted);
        var result = new DirectLoss(metrics);
        try
        {
            foreach (var loss in metrics.Select(LossOf).Distinct(StringComparer.Ordinal))
            {
                var (rows, targets, moments) = Targets(loss, predicted, truth);
                result._losses[loss] = Loss.Learn(learner, columns, rows, targets, moments, folds, options, cancellationToken);
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Estimates the loss of each row, whose mean <see cref="Figure"/> turns into the figure.</summary>
    /// <param name="metric">The figure.</param>
    /// <param name="features">The inputs, as they were learned from.</param>
    /// <param name="predicted">The predictions, one a row.</param>
    /// <param name="losses">Where the losses are written: NaN where the prediction is missing, or where no reference row had this loss.</param>
    public void Estimate(string metric, IReadOnlyList<TreeColumn> features, ReadOnlySpan<double> predicted, Span<double> losses)
    {
        if (_losses[LossOf(metric)].Model is not { } model)
        {
            losses.Fill(double.NaN);
            return;
        }

        model.Predict(Columns(features, predicted), losses);
        for (var i = 0; i < losses.Length; i++) losses[i] = double.IsNaN(predicted[i]) ? double.NaN : Math.Max(0, losses[i]);
    }

    /// <summary>Gives the estimated loss of each reference row, by trees that did not learn from it; NaN for rows that were left out, and everywhere without folds.</summary>
    public IReadOnlyList<double> OutOfFold(string metric) => _losses[LossOf(metric)].OutOfFold;

    /// <summary>Gives what the losses of the reference rows really were.</summary>
    public RunningMoments Realized(string metric) => _losses[LossOf(metric)].Realized;

    /// <summary>Turns the mean of losses into the figure: of rmse and rmsle its root.</summary>
    public static double Figure(string metric, double meanLoss) => metric is "rmse" or "rmsle" ? Math.Sqrt(meanLoss) : meanLoss;

    /// <summary>Gives how far a figure of so many rows scatters by chance alone.</summary>
    public double SamplingError(string metric, double rows) => RegressionPerformance.SamplingError(metric, Realized(metric), rows);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var loss in _losses.Values) loss.Model?.Dispose();
    }

    private static string LossOf(string metric) => metric switch
    {
        "rmse" => "mse",
        "rmsle" => "msle",
        "mae" or "mse" or "mape" or "msle" => metric,
        _ => throw new ArgumentException($"There is no figure '{metric}' of a regression. There are mae, mse, rmse, mape, msle and rmsle.", nameof(metric)),
    };

    private static TreeColumn[] Columns(IReadOnlyList<TreeColumn> features, ReadOnlySpan<double> predicted)
    {
        var values = new float[predicted.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)predicted[i];
        return [.. features, new(PredictionColumn, values)];
    }

    private static (int[] Rows, float[] Targets, RunningMoments Moments) Targets(string loss, ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        var (rows, targets, moments) = (new List<int>(truth.Length), new List<float>(truth.Length), default(RunningMoments));
        for (var i = 0; i < truth.Length; i++)
        {
            var value = RegressionPerformance.Loss(loss, predicted[i], truth[i]);
            if (!float.IsFinite((float)value)) continue;
            rows.Add(i);
            targets.Add((float)value);
            moments = moments.With(value);
        }

        return ([.. rows], [.. targets], moments);
    }

    /// <summary>What is known of one loss.</summary>
    private sealed record Loss(ITreeModel? Model, double[] OutOfFold, RunningMoments Realized)
    {
        public static Loss Learn(
            ITreeLearner learner, TreeColumn[] columns, int[] rows, float[] targets, RunningMoments realized, int folds, TreeOptions? options, CancellationToken cancellationToken)
        {
            var all = columns[^1].Values.Length;
            var outOfFold = new double[all];
            Array.Fill(outOfFold, double.NaN);
            if (rows.Length == 0) return new(null, outOfFold, realized);
            var taken = rows.Length == all ? columns : [.. columns.Select(c => c with { Values = Array.ConvertAll(rows, row => c.Values.Span[row]) })];
            if (folds > 0 && rows.Length >= folds)
            {
                var estimates = learner.PredictOutOfFold(TreeTask.Regression, taken, targets, folds, options, cancellationToken: cancellationToken);
                for (var i = 0; i < rows.Length; i++) outOfFold[rows[i]] = Math.Max(0, estimates[i]);
            }

            return new(learner.Fit(TreeTask.Regression, taken, targets, options, cancellationToken), outOfFold, realized);
        }
    }
}
