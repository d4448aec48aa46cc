using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Collects the predictions of a chunk, or of one slice of it, and gives its figures: what is expected of them and what is true.</summary>
internal abstract class PerformanceTally
{
    /// <summary>Gets the rows with a prediction.</summary>
    public long Rows { get; private set; }

    /// <summary>Gets those of them with a label.</summary>
    public long Labels { get; private set; }

    /// <summary>Gets those of them that are estimated.</summary>
    public abstract long EstimatedRows { get; }

    /// <summary>Takes a row. One without a prediction is left out.</summary>
    public void Add(ScoredRows rows, int row)
    {
        if (double.IsNaN(rows.Predicted[row])) return;
        Rows++;
        if (!double.IsNaN(rows.Truth[row])) Labels++;
        Take(rows, row);
    }

    /// <summary>Gives a figure that is expected; NaN when nothing is.</summary>
    public abstract double Estimate(PerformanceMetric metric);

    /// <summary>Gives a figure that is true; NaN when the labels do not define it.</summary>
    public abstract double Realize(PerformanceMetric metric);

    /// <summary>Gives the four counts of the labelled rows; null when there are not two classes.</summary>
    public virtual BinaryPerformance? Counts => null;

    /// <summary>Gives the moments of the losses of the labelled rows; null when a figure has none.</summary>
    public virtual LossMoments? Losses(PerformanceMetric metric) => null;

    /// <summary>Adds a row.</summary>
    protected abstract void Take(ScoredRows rows, int row);
}

/// <summary>Two classes.</summary>
internal sealed class BinaryPerformanceTally(BusinessValue worth, int exactRows) : PerformanceTally
{
    private readonly BinaryTally _tally = new(exactRows);
    private (long Rows, BinaryPerformance Performance)? _estimated;
    private (long Rows, BinaryPerformance Performance)? _realized;

    public override long EstimatedRows => _tally.EstimatedRows;

    public override BinaryPerformance? Counts => Current(ref _realized, _tally.Labels, _tally.Realize);

    public override double Estimate(PerformanceMetric metric) => Figure(Current(ref _estimated, _tally.EstimatedRows, _tally.Estimate), metric);

    public override double Realize(PerformanceMetric metric) => Figure(Current(ref _realized, _tally.Labels, _tally.Realize), metric);

    protected override void Take(ScoredRows rows, int row) =>
        _tally.Add(rows.Scores[row], rows.Predicted[row], rows.Chances.Length == 0 ? double.NaN : rows.Chances[row], rows.Truth[row]);

    private static BinaryPerformance Current(ref (long Rows, BinaryPerformance Performance)? known, long rows, Func<BinaryPerformance> compute)
    {
        if (known is not { } value || value.Rows != rows) known = value = (rows, compute());
        return value.Performance;
    }

    private double Figure(BinaryPerformance of, PerformanceMetric metric) => metric.Figure switch
    {
        _ when of.Count == 0 => double.NaN,
        "roc_auc" => of.RocAuc,
        "average_precision" => of.AveragePrecision,
        "f1" => of.F1,
        "precision" => of.Precision,
        "recall" => of.Recall,
        "specificity" => of.Specificity,
        "accuracy" => of.Accuracy,
        PerformanceMetric.BusinessValue => of.BusinessValue(worth),
        _ => of.BusinessValue(worth) / of.Count,
    };
}

/// <summary>Several classes: each against the rest, and what is predicted for what.</summary>
/// <param name="worth">What a prediction is worth, by predicted and true class.</param>
/// <param name="exactRows">How many rows of a class are kept as they are.</param>
internal sealed class MulticlassPerformanceTally(double[,] worth, int exactRows) : PerformanceTally
{
    private readonly BinaryTally[] _classes = [.. Enumerable.Range(0, worth.GetLength(0)).Select(_ => new BinaryTally(exactRows))];
    private (double Right, double Worth) _expected;
    private (double Right, double Worth) _true;
    private (long Rows, MulticlassPerformance Performance)? _estimated;
    private (long Rows, MulticlassPerformance Performance)? _realized;

    public override long EstimatedRows => _classes.Length == 0 ? 0 : _classes[0].EstimatedRows;

    public override double Estimate(PerformanceMetric metric) => Figure(EstimatedRows, _expected, ref _estimated, t => t.Estimate(), metric);

    public override double Realize(PerformanceMetric metric) => Figure(Labels, _true, ref _realized, t => t.Realize(), metric);

    protected override void Take(ScoredRows rows, int row)
    {
        var (predicted, truth) = ((int)rows.Predicted[row], rows.Truth[row]);
        for (var c = 0; c < _classes.Length; c++)
        {
            var chance = rows.ClassChances.Count == 0 ? double.NaN : rows.ClassChances[c][row];
            _classes[c].Add(rows.ClassScores[c].Length == 0 ? double.NaN : rows.ClassScores[c][row], predicted == c ? 1 : 0, chance, double.IsNaN(truth) ? double.NaN : truth == c ? 1 : 0);
            if (double.IsNaN(chance)) continue;
            _expected.Worth += chance * worth[predicted, c];
            if (predicted == c) _expected.Right += chance;
        }

        if (double.IsNaN(truth)) return;
        _true.Worth += worth[predicted, (int)truth];
        if (predicted == (int)truth) _true.Right++;
    }

    private double Figure(
        long rows, (double Right, double Worth) sums, ref (long Rows, MulticlassPerformance Performance)? known, Func<BinaryTally, BinaryPerformance> of, PerformanceMetric metric)
    {
        if (rows == 0) return double.NaN;
        if (known is not { } value || value.Rows != rows) known = value = (rows, new([.. _classes.Select(of)], sums.Right / rows));
        return metric.Figure switch
        {
            "roc_auc" => value.Performance.RocAuc,
            "average_precision" => value.Performance.AveragePrecision,
            "f1" => value.Performance.F1,
            "precision" => value.Performance.Precision,
            "recall" => value.Performance.Recall,
            "specificity" => value.Performance.Specificity,
            "accuracy" => value.Performance.Accuracy,
            PerformanceMetric.BusinessValue => sums.Worth,
            _ => sums.Worth / rows,
        };
    }
}

/// <summary>Numbers.</summary>
internal sealed class RegressionPerformanceTally(IReadOnlyList<string> figures) : PerformanceTally
{
    private readonly (long Rows, double Sum)[] _estimated = new (long, double)[figures.Count];
    private readonly LossMoments[] _realized = new LossMoments[figures.Count];

    public override long EstimatedRows => _estimated.Length == 0 ? 0 : _estimated.Max(e => e.Rows);

    public override double Estimate(PerformanceMetric metric) => Figure(_estimated, metric);

    public override double Realize(PerformanceMetric metric) => Losses(metric) is { Rows: > 0 } losses ? DirectLoss.Figure(metric.Figure, losses.Mean) : double.NaN;

    public override LossMoments? Losses(PerformanceMetric metric)
    {
        for (var f = 0; f < figures.Count; f++)
        {
            if (figures[f] == metric.Figure) return _realized[f];
        }

        return null;
    }

    protected override void Take(ScoredRows rows, int row)
    {
        for (var f = 0; f < figures.Count; f++)
        {
            if (rows.Losses.TryGetValue(figures[f], out var losses)) Add(ref _estimated[f], losses[row]);
            if (!double.IsNaN(rows.Truth[row])) _realized[f] = _realized[f].With(RegressionPerformance.Loss(figures[f], rows.Predicted[row], rows.Truth[row]));
        }
    }

    private static void Add(ref (long Rows, double Sum) moments, double loss)
    {
        if (double.IsNaN(loss)) return;
        moments.Rows++;
        moments.Sum += loss;
    }

    private double Figure((long Rows, double Sum)[] moments, PerformanceMetric metric)
    {
        for (var f = 0; f < figures.Count; f++)
        {
            if (figures[f] == metric.Figure) return moments[f].Rows == 0 ? double.NaN : DirectLoss.Figure(metric.Figure, moments[f].Sum / moments[f].Rows);
        }

        return double.NaN;
    }
}

/// <summary>Count, mean and the sums of the second and third powers of the distances from it, of losses row by row.</summary>
/// <param name="Rows">How many losses there are.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Squares">The sum of the squared distances from the mean.</param>
/// <param name="Cubes">The sum of the third powers.</param>
/// <remarks>T. Terriberry's update of P. Pébay, Sandia report SAND2008-6212, 2008.</remarks>
internal readonly record struct LossMoments(long Rows, double Mean, double Squares, double Cubes)
{
    /// <summary>Gives the moments with one loss more. What is no finite number is left out.</summary>
    public LossMoments With(double loss) => double.IsFinite(loss) ? With(new LossMoments(1, loss, 0, 0)) : this;

    /// <summary>Gives the moments of both.</summary>
    public LossMoments With(LossMoments other)
    {
        if (Rows == 0 || other.Rows == 0) return Rows == 0 ? other : this;
        double n = Rows, m = other.Rows, all = n + m, distance = other.Mean - Mean;
        return new(
            Rows + other.Rows,
            Mean + (distance * m / all),
            Squares + other.Squares + (distance * distance * n * m / all),
            Cubes + other.Cubes + (distance * distance * distance * n * m * (n - m) / (all * all)) + (3 * distance * ((n * other.Squares) - (m * Squares)) / all));
    }

    /// <summary>Gives how a figure scatters: its standard error and its lopsidedness, both at one row. Of a root by the delta method, to the second order.</summary>
    public RowNoise Noise(bool isRoot)
    {
        var deviation = Math.Sqrt(Squares / Rows);
        var skewness = deviation == 0 ? 0 : Cubes / Rows / (deviation * deviation * deviation);
        return isRoot ? new(deviation / Math.Sqrt(4 * Mean), skewness - (1.5 * deviation / Mean)) : new(deviation, skewness);
    }
}

/// <summary>How a figure scatters by chance, at one row: the error of n rows is that over the root of n, and so is the lopsidedness.</summary>
/// <param name="Error">The standard error.</param>
/// <param name="Skewness">The third standardised moment; 0 where it is not known.</param>
internal readonly record struct RowNoise(double Error, double Skewness)
{
    /// <summary>Gives how a share of rows scatters.</summary>
    /// <param name="hits">The hits.</param>
    /// <param name="of">The rows that take part.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="scale">How much of the figure one share is.</param>
    public static RowNoise OfShare(double hits, double of, double rows, double scale = 1)
    {
        // Half a hit more on either side, so that a share of 0 or 1 does not scatter as if it could be nothing else.
        var share = (hits + 0.5) / (of + 1);
        var deviation = Math.Sqrt(share * (1 - share));
        var root = Math.Sqrt(of / rows);
        return new(scale * deviation / root, (1 - (2 * share)) / (deviation * root));
    }
}
