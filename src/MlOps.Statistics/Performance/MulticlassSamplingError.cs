namespace MlOps.Statistics;

/// <summary>How far the figures of a classifier of several classes scatter by chance alone, learned once from labelled reference rows: the standard error of each for a chunk of any size.</summary>
/// <remarks>
/// The reference is resampled with a fixed seed, and the deviation of each figure scaled by the root of the rows: the classes of one row depend on each other, so that no sum over classes is right. Accuracy alone has its closed form.
/// </remarks>
public sealed record MulticlassSamplingError
{
    private const int Resamples = 50;
    private const int LargestResample = 5_000;

    // Each is the standard error at one row.
    private readonly double _accuracy;
    private readonly double[] _errors;

    private MulticlassSamplingError(double accuracy, double[] errors) => (_accuracy, _errors) = (accuracy, errors);

    /// <summary>Learns from reference rows whose truth is known.</summary>
    /// <param name="scores">For each class the scores of the rows; empty lists when there are none.</param>
    /// <param name="predicted">The predicted class of each row, by its place among the classes.</param>
    /// <param name="truth">The true class of each row, by its place.</param>
    /// <param name="seed">What the resamples depend on.</param>
    /// <returns>The errors; NaN without rows.</returns>
    /// <exception cref="ArgumentException">There are no classes, or the lengths differ.</exception>
    public static MulticlassSamplingError Fit(IReadOnlyList<double[]> scores, ReadOnlySpan<int> predicted, ReadOnlySpan<int> truth, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count == 0 || predicted.Length != truth.Length) throw new ArgumentException($"There are {scores.Count} classes, {predicted.Length} predictions and {truth.Length} true values.", nameof(scores));
        var right = 0;
        for (var i = 0; i < truth.Length; i++) right += predicted[i] == truth[i] ? 1 : 0;
        var share = (double)right / truth.Length;
        var moments = new RunningMoments[Figures(MulticlassPerformance.Of([.. scores.Select(_ => Array.Empty<double>())], [], [.. scores.Select(_ => Array.Empty<double>())])).Length];
        var size = Math.Min(truth.Length, LargestResample);
        var state = (ulong)seed;
        for (var resample = 0; resample < Resamples && size > 1; resample++)
        {
            var (drawn, own) = (new int[size], scores.Select(s => s.Length == 0 ? [] : new double[size]).ToArray());
            var chances = scores.Select(_ => new double[size]).ToArray();
            for (var i = 0; i < size; i++)
            {
                var row = (int)(SplitMix.Next(ref state) % (ulong)truth.Length);
                drawn[i] = predicted[row];
                chances[truth[row]][i] = 1;
                for (var c = 0; c < own.Length; c++)
                {
                    if (own[c].Length > 0) own[c][i] = scores[c][row];
                }
            }

            var figures = Figures(MulticlassPerformance.Of(own, drawn, chances));
            for (var f = 0; f < figures.Length; f++)
            {
                if (!double.IsNaN(figures[f])) moments[f] = moments[f].With(figures[f]);
            }
        }

        return new(Math.Sqrt(share * (1 - share)), Array.ConvertAll(moments, m => m.Count < 2 ? double.NaN : m.SampleDeviation * Math.Sqrt(size)));
    }

    /// <summary>Gives the standard error of a figure.</summary>
    /// <param name="metric">roc_auc, average_precision, f1, precision, recall, specificity or accuracy.</param>
    /// <param name="rows">How many rows the chunk has.</param>
    /// <returns>The error; NaN where the reference tells nothing of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such figure.</exception>
    public double Of(string metric, double rows) => (metric switch
    {
        "accuracy" => _accuracy,
        "roc_auc" => _errors[0],
        "average_precision" => _errors[1],
        "f1" => _errors[2],
        "precision" => _errors[3],
        "recall" => _errors[4],
        "specificity" => _errors[5],
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such figure of a classifier of several classes."),
    }) / Math.Sqrt(rows);

    private static double[] Figures(MulticlassPerformance of) => [of.RocAuc, of.AveragePrecision, of.F1, of.Precision, of.Recall, of.Specificity];
}
