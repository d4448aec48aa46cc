namespace MlOps.Statistics;

/// <summary>How well a binary classifier did on some rows: its confusion matrix and what follows from it. Where the truth is known only as a probability, each figure is what is to be expected.</summary>
/// <param name="TruePositives">Rows that are positive and were predicted so; with probabilities, their expected number.</param>
/// <param name="FalsePositives">Rows that are negative and were predicted positive.</param>
/// <param name="FalseNegatives">Rows that are positive and were predicted negative.</param>
/// <param name="TrueNegatives">Rows that are negative and were predicted so.</param>
/// <param name="RocAuc">The area under the curve of true against false positive rates; NaN where one class is absent or no scores are there.</param>
/// <param name="AveragePrecision">The mean precision over the recalls that the scores pass; NaN without positives or scores.</param>
public sealed record BinaryPerformance(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives, double RocAuc, double AveragePrecision)
{
    /// <summary>Gets the number of rows.</summary>
    public double Count => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    /// <summary>Gets the share of right predictions; NaN without rows.</summary>
    public double Accuracy => (TruePositives + TrueNegatives) / Count;

    /// <summary>Gets the share of positives among those predicted so; NaN when none was.</summary>
    public double Precision => TruePositives / (TruePositives + FalsePositives);

    /// <summary>Gets the share of positives that were predicted so; NaN when there are none.</summary>
    public double Recall => TruePositives / (TruePositives + FalseNegatives);

    /// <summary>Gets the share of negatives that were predicted so; NaN when there are none.</summary>
    public double Specificity => TrueNegatives / (TrueNegatives + FalsePositives);

    /// <summary>Gets the harmonic mean of precision and recall; NaN when there is neither a positive nor a prediction of one.</summary>
    public double F1 => TruePositives / (TruePositives + (0.5 * (FalsePositives + FalseNegatives)));

    /// <summary>Gives what the predictions were worth.</summary>
    /// <param name="value">What one row of each kind is worth.</param>
    /// <returns>The sum.</returns>
    public double BusinessValue(BusinessValue value) =>
        (TrueNegatives * value.TrueNegative) + (FalsePositives * value.FalsePositive) + (FalseNegatives * value.FalseNegative) + (TruePositives * value.TruePositive);

    /// <summary>Measures predictions.</summary>
    /// <param name="scores">The scores, higher for positive; empty when there are none. Only their order counts.</param>
    /// <param name="predicted">The predictions: 1 for positive, else 0.</param>
    /// <param name="truth">The chance that the row is positive: 1 or 0 when it is known, else a calibrated probability. Rows where it is NaN, or their score is, are left out.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>With probabilities: confidence-based performance estimation (NannyML). Rows of one score are one step of the curves. Average precision is the sum over steps of precision times the rise of recall.</remarks>
    public static BinaryPerformance Of(ReadOnlySpan<double> scores, ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        if (predicted.Length != truth.Length || (scores.Length > 0 && scores.Length != truth.Length))
            throw new ArgumentException($"There are {scores.Length} scores, {predicted.Length} predictions and {truth.Length} true values.", nameof(truth));
        double truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0;
        var (sorted, chances, count) = (new double[scores.Length], new double[scores.Length], 0);
        for (var i = 0; i < truth.Length; i++)
        {
            if (double.IsNaN(truth[i]) || double.IsNaN(predicted[i]) || (scores.Length > 0 && double.IsNaN(scores[i]))) continue;
            if (predicted[i] != 0)
            {
                truePositives += truth[i];
                falsePositives += 1 - truth[i];
            }
            else
            {
                falseNegatives += truth[i];
                trueNegatives += 1 - truth[i];
            }

            if (scores.Length == 0) continue;
            (sorted[count], chances[count]) = (-scores[i], truth[i]);
            count++;
        }

        var (area, precision) = Curves(sorted.AsSpan(0, count), chances.AsSpan(0, count), truePositives + falseNegatives, falsePositives + trueNegatives);
        return new(truePositives, falsePositives, falseNegatives, trueNegatives, area, precision);
    }

    private static (double Area, double Precision) Curves(Span<double> descending, Span<double> chances, double positives, double negatives)
    {
        if (descending.Length == 0 || positives <= 0) return (double.NaN, double.NaN);
        descending.Sort(chances);
        var curves = default(ScoreCurves);
        for (var i = 0; i < descending.Length;)
        {
            var (score, hit, miss) = (descending[i], 0.0, 0.0);
            for (; i < descending.Length && descending[i] == score; i++)
            {
                hit += chances[i];
                miss += 1 - chances[i];
            }

            curves.Step(hit, miss);
        }

        return curves.Of(positives, negatives);
    }
}

/// <summary>The area and the mean precision of scores, step by step from the highest down.</summary>
internal struct ScoreCurves
{
    private double _area;
    private double _precision;
    private double _hits;
    private double _misses;

    /// <summary>Takes the rows of one score.</summary>
    public void Step(double hit, double miss)
    {
        if (hit + miss == 0) return;
        _area += miss * (_hits + (hit / 2));
        _hits += hit;
        _misses += miss;
        _precision += hit * (_hits / (_hits + _misses));
    }

    /// <summary>Gives both, which are NaN without positives, the area also without negatives.</summary>
    public readonly (double Area, double Precision) Of(double positives, double negatives) =>
        positives <= 0 ? (double.NaN, double.NaN) : (negatives <= 0 ? double.NaN : _area / positives / negatives, _precision / positives);
}

/// <summary>What one prediction of each kind is worth, in a unit of the host's own; costs are negative.</summary>
/// <param name="TrueNegative">A negative predicted so.</param>
/// <param name="FalsePositive">A negative predicted positive.</param>
/// <param name="FalseNegative">A positive predicted negative.</param>
/// <param name="TruePositive">A positive predicted so.</param>
public readonly record struct BusinessValue(double TrueNegative, double FalsePositive, double FalseNegative, double TruePositive);
