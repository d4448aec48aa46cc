namespace MlOps.Statistics;

/// <summary>How far predicted numbers are from the true ones.</summary>
/// <param name="Count">The rows that have both.</param>
/// <param name="MeanAbsoluteError">The mean distance; NaN without rows, as all.</param>
/// <param name="MeanSquaredError">The mean of the squared distances.</param>
/// <param name="MeanAbsolutePercentageError">The mean of the distances over the size of the true number (at least 2.2e-16), as a share, not in percent.</param>
/// <param name="MeanSquaredLogError">The mean of the squared distances of ln(1 + value); NaN where a number is -1 or less.</param>
/// <param name="MeanError">The mean of prediction less truth: which way the predictions lean.</param>
public sealed record RegressionPerformance(
    long Count, double MeanAbsoluteError, double MeanSquaredError, double MeanAbsolutePercentageError, double MeanSquaredLogError, double MeanError)
{
    /// <summary>The least true number that a percentage is taken of: the distance from 1 to the next double, as in scikit-learn.</summary>
    internal const double Least = 2.220446049250313e-16;

    /// <summary>Gets the root of <see cref="MeanSquaredError"/>.</summary>
    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    /// <summary>Gets the root of <see cref="MeanSquaredLogError"/>.</summary>
    public double RootMeanSquaredLogError => Math.Sqrt(MeanSquaredLogError);

    /// <summary>Measures predictions.</summary>
    /// <param name="predicted">The predictions.</param>
    /// <param name="truth">The true numbers. Rows where one of the two is NaN are left out.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static RegressionPerformance Of(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        if (predicted.Length != truth.Length) throw new ArgumentException($"There are {predicted.Length} predictions and {truth.Length} true numbers.", nameof(truth));
        double absolute = 0, squared = 0, percentage = 0, logarithm = 0, error = 0;
        long count = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            if (double.IsNaN(predicted[i]) || double.IsNaN(truth[i])) continue;
            count++;
            absolute += Loss("mae", predicted[i], truth[i]);
            squared += Loss("mse", predicted[i], truth[i]);
            percentage += Loss("mape", predicted[i], truth[i]);
            logarithm += Loss("msle", predicted[i], truth[i]);
            error += predicted[i] - truth[i];
        }

        return new(count, absolute / count, squared / count, percentage / count, logarithm / count, error / count);
    }

    /// <summary>Gives the loss of one row, whose mean over rows is the figure (or, of the roots, its square).</summary>
    /// <param name="metric">mae, mse, rmse, mape, msle or rmsle.</param>
    /// <param name="predicted">The prediction.</param>
    /// <param name="truth">The true number.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such figure.</exception>
    public static double Loss(string metric, double predicted, double truth) => metric switch
    {
        "mae" => Math.Abs(predicted - truth),
        "mse" or "rmse" => (predicted - truth) * (predicted - truth),
        "mape" => Math.Abs(predicted - truth) / Math.Max(Math.Abs(truth), Least),
        "msle" or "rmsle" => Square(LogOfOneAnd(predicted) - LogOfOneAnd(truth)),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such figure of a regression."),
    };

    /// <summary>Gives how far a figure of a chunk scatters by chance alone.</summary>
    /// <param name="metric">mae, mse, rmse, mape, msle or rmsle.</param>
    /// <param name="losses">Mean and standard deviation of the losses of reference rows, see <see cref="Loss"/>.</param>
    /// <param name="rows">How many rows the chunk has.</param>
    /// <returns>The standard error, in the unit of the figure: s / sqrt(n); of a root, s / sqrt(4 n m) by the delta method.</returns>
    public static double SamplingError(string metric, RunningMoments losses, double rows) => metric is "rmse" or "rmsle"
        ? losses.PopulationDeviation / Math.Sqrt(4 * rows * losses.Mean)
        : losses.PopulationDeviation / Math.Sqrt(rows);

    private static double Square(double value) => value * value;

    private static double LogOfOneAnd(double value) => value <= -1 ? double.NaN : Math.Log(1 + value);
}
