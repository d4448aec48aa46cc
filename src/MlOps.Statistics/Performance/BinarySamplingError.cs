namespace MlOps.Statistics;

/// <summary>How far the figures of a chunk scatter by chance alone, learned once from labelled reference rows: the standard error of each for a chunk of any size.</summary>
/// <remarks>
/// The standard deviation of each figure's share of one row, over the square root of the rows of a chunk that take part in it (NannyML, sampling_error/binary_classification.py); for the area under the curve, of the share of
/// negatives below each positive. <see cref="BinaryPerformance.AveragePrecision"/> is resampled 50 times with a fixed seed, since no closed form is known.
/// </remarks>
public sealed record BinarySamplingError
{
    private const int Resamples = 50;
    private const int LargestResample = 50_000;

    // Each is the standard error at one row.
    private readonly double _rocAuc;
    private readonly double _averagePrecision;
    private readonly double _f1;
    private readonly double _precision;
    private readonly double _recall;
    private readonly double _specificity;
    private readonly double _accuracy;
    private readonly double _truePositives;
    private readonly double _falsePositives;
    private readonly double _falseNegatives;
    private readonly double _trueNegatives;
    private readonly (double TruePositive, double FalsePositive, double FalseNegative, double TrueNegative) _shares;

    private BinarySamplingError(ReadOnlySpan<double> scores, ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        var performance = BinaryPerformance.Of(scores, predicted, truth);
        var n = performance.Count;
        var (tp, fp, fn, tn) = (performance.TruePositives, performance.FalsePositives, performance.FalseNegatives, performance.TrueNegatives);
        _shares = (tp / n, fp / n, fn / n, tn / n);
        _accuracy = Deviation((tp + tn) / n);
        _precision = Deviation(tp / (tp + fp)) / Math.Sqrt((tp + fp) / n);
        _recall = Deviation(tp / (tp + fn)) / Math.Sqrt((tp + fn) / n);
        _specificity = Deviation(tn / (tn + fp)) / Math.Sqrt((tn + fp) / n);
        var relevant = tp + fp + fn;
        _f1 = Deviation(tp / relevant) * (relevant / (tp + (0.5 * (fp + fn)))) / Math.Sqrt(relevant / n);
        _truePositives = Deviation(_shares.TruePositive);
        _falsePositives = Deviation(_shares.FalsePositive);
        _falseNegatives = Deviation(_shares.FalseNegative);
        _trueNegatives = Deviation(_shares.TrueNegative);
        (_rocAuc, _averagePrecision) = (AreaError(scores, truth), PrecisionError(scores, truth));
    }

    /// <summary>Learns from reference rows whose truth is known.</summary>
    /// <param name="scores">The scores, higher for positive; empty when there are none.</param>
    /// <param name="predicted">The predictions: 1 for positive, else 0.</param>
    /// <param name="truth">1 for positive, else 0. Rows where a value is NaN are left out.</param>
    /// <returns>The errors.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static BinarySamplingError Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth) => new(scores, predicted, truth);

    /// <summary>Gives the standard error of a figure.</summary>
    /// <param name="metric">roc_auc, average_precision, f1, precision, recall, specificity, accuracy, true_positive, false_positive, false_negative or true_negative.</param>
    /// <param name="rows">How many rows the chunk has.</param>
    /// <returns>The error, in the unit of the figure; NaN where the reference tells nothing of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such figure.</exception>
    public double Of(string metric, double rows) => metric switch
    {
        "roc_auc" => _rocAuc / Math.Sqrt(rows),
        "average_precision" => _averagePrecision / Math.Sqrt(rows),
        "f1" => _f1 / Math.Sqrt(rows),
        "precision" => _precision / Math.Sqrt(rows),
        "recall" => _recall / Math.Sqrt(rows),
        "specificity" => _specificity / Math.Sqrt(rows),
        "accuracy" => _accuracy / Math.Sqrt(rows),
        "true_positive" => _truePositives * Math.Sqrt(rows),
        "false_positive" => _falsePositives * Math.Sqrt(rows),
        "false_negative" => _falseNegatives * Math.Sqrt(rows),
        "true_negative" => _trueNegatives * Math.Sqrt(rows),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such figure of a binary classifier."),
    };

    /// <summary>Gives the standard error of what a chunk is worth.</summary>
    /// <param name="value">What one row of each kind is worth.</param>
    /// <param name="rows">How many rows the chunk has.</param>
    /// <returns>The error.</returns>
    public double OfBusinessValue(BusinessValue value, double rows)
    {
        var mean = (_shares.TruePositive * value.TruePositive) + (_shares.FalsePositive * value.FalsePositive) + (_shares.FalseNegative * value.FalseNegative) + (_shares.TrueNegative * value.TrueNegative);
        var squares = (_shares.TruePositive * value.TruePositive * value.TruePositive) + (_shares.FalsePositive * value.FalsePositive * value.FalsePositive)
            + (_shares.FalseNegative * value.FalseNegative * value.FalseNegative) + (_shares.TrueNegative * value.TrueNegative * value.TrueNegative);
        return Math.Sqrt(Math.Max(0, squares - (mean * mean))) * Math.Sqrt(rows);
    }

    private static double Deviation(double share) => Math.Sqrt(share * (1 - share));

    // Of each positive, the share of negatives that score lower; of the rarer class, since its rows are the fewer.
    private static double AreaError(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth)
    {
        if (scores.Length == 0) return double.NaN;
        var rows = Complete(scores, truth);
        var positives = rows.Count(r => r.Truth != 0);
        if (positives == 0 || positives == rows.Count) return double.NaN;
        if (positives * 2 > rows.Count) rows = [.. rows.Select(r => (-r.Score, 1 - r.Truth))];
        positives = Math.Min(positives, rows.Count - positives);
        double negatives = rows.Count - positives, below = 0;
        rows.Sort((a, b) => a.Score.CompareTo(b.Score));
        var shares = default(RunningMoments);
        for (var i = 0; i < rows.Count;)
        {
            var from = i;
            while (i < rows.Count && rows[i].Score == rows[from].Score) i++;
            var hits = rows.GetRange(from, i - from).Count(r => r.Truth != 0);
            var misses = i - from - hits;
            for (var hit = 0; hit < hits; hit++) shares = shares.With((below + (misses / 2.0)) / negatives);
            below += misses;
        }

        return shares.PopulationDeviation / Math.Sqrt((double)positives / rows.Count);
    }

    private static double PrecisionError(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth)
    {
        if (scores.Length == 0) return double.NaN;
        var rows = Complete(scores, truth);
        var size = Math.Min(rows.Count / 2, LargestResample);
        if (size == 0) return double.NaN;
        var (drawn, chances, moments, state) = (new double[size], new double[size], default(RunningMoments), 1UL);
        for (var resample = 0; resample < Resamples; resample++)
        {
            for (var i = 0; i < size; i++) (drawn[i], chances[i]) = rows[(int)(SplitMix.Next(ref state) % (ulong)rows.Count)];
            var precision = BinaryPerformance.Of(drawn, chances, chances).AveragePrecision;
            if (!double.IsNaN(precision)) moments = moments.With(precision);
        }

        return moments.Count < 2 ? double.NaN : moments.PopulationDeviation * Math.Sqrt(size);
    }

    private static List<(double Score, double Truth)> Complete(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth)
    {
        var rows = new List<(double Score, double Truth)>(scores.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            if (!double.IsNaN(scores[i]) && !double.IsNaN(truth[i])) rows.Add((scores[i], truth[i]));
        }

        return rows;
    }
}
