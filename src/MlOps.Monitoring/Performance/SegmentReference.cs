using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>The figures of the reference, or of one slice of it, and how far those of so many rows scatter by chance.</summary>
internal sealed class SegmentReference
{
    private const int Chunks = 10;

    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RunningMoments Values, double Rows)> _chunks = new(StringComparer.Ordinal);
    private readonly Func<PerformanceMetric, double, double> _error;
    private readonly Func<PerformanceMetric, double, double> _skewness;

    /// <summary>Measures labelled rows.</summary>
    public SegmentReference(PerformanceTask task, ScoredRows rows)
    {
        var labelled = Enumerable.Range(0, rows.Count).Where(r => !double.IsNaN(rows.Truth[r]) && !double.IsNaN(rows.Predicted[r])).ToList();
        rows = labelled.Count == rows.Count ? rows : rows.Take(labelled);
        Rows = rows.Count;
        var all = Tally(task, rows, 0, rows.Count);
        foreach (var metric in task.Metrics) _values[metric.Name] = all.Realize(metric);
        if (Rows / Chunks >= task.Options.MinLabels) Cut(task, rows);
        (_error, _skewness) = task.Name switch
        {
            PerformanceMetric.Binary => OfTwo(task, rows, all),
            PerformanceMetric.Multiclass => OfSeveral(task, rows),
            _ => OfNumbers(rows),
        };
    }

    /// <summary>Gets the labelled rows.</summary>
    public long Rows { get; }

    /// <summary>Gives a figure; NaN when the rows do not define it.</summary>
    public double Value(PerformanceMetric metric) => _values.GetValueOrDefault(metric.Name, double.NaN);

    /// <summary>Gives the standard error of a figure of so many rows; NaN when it is not known.</summary>
    public double Error(PerformanceMetric metric, double rows) => Rows < 2 || rows < 1 ? double.NaN : _error(metric, rows);

    /// <summary>Gives how lopsided a figure of so many rows scatters; 0 where that is not known.</summary>
    public double Skewness(PerformanceMetric metric, double rows) => Rows < 2 || rows < 1 || _skewness(metric, rows) is var skewness && !double.IsFinite(skewness) ? 0 : skewness;

    /// <summary>Gives mean and standard deviation of a figure over ten chunks of the reference, as chunks of so many rows would have them; null when the reference is too small to be cut.</summary>
    /// <remarks>What chunks differ by beyond chance stays, and chance is put in at the other size.</remarks>
    public (double Mean, double Deviation)? Scatter(PerformanceMetric metric, double rows)
    {
        if (!_chunks.TryGetValue(metric.Name, out var chunks) || chunks.Values.Count < 2) return null;
        var (own, other) = (Error(metric, chunks.Rows), Error(metric, rows));
        var between = Math.Max(0, chunks.Values.SampleVariance - (double.IsNaN(own) ? 0 : own * own));
        return (chunks.Values.Mean, Math.Sqrt(double.IsNaN(other) ? chunks.Values.SampleVariance : between + (other * other)));
    }

    private static PerformanceTally Tally(PerformanceTask task, ScoredRows rows, int from, int to)
    {
        var tally = task.Create(BinaryTally.DefaultExactRows * 50);
        for (var row = from; row < to; row++) tally.Add(rows, row);
        return tally;
    }

    private static (Func<PerformanceMetric, double, double> Error, Func<PerformanceMetric, double, double> Skewness) OfTwo(PerformanceTask task, ScoredRows rows, PerformanceTally all)
    {
        var scores = Array.TrueForAll(rows.Scores, double.IsNaN) ? [] : rows.Scores;
        var errors = BinarySamplingError.Fit(scores, rows.Predicted, rows.Truth);
        var counts = BinaryPerformance.Of([], rows.Predicted, rows.Truth);
        return (
            (metric, n) => metric.Figure switch
            {
                PerformanceMetric.BusinessValue => errors.OfBusinessValue(task.BinaryWorth, n),
                PerformanceMetric.BusinessValuePerPrediction => errors.OfBusinessValue(task.BinaryWorth, n) / n,
                _ when PerformanceMetric.IsRanking(metric.Name) => double.NaN,
                _ => errors.Of(metric.Figure, n),
            },
            (metric, n) =>
            {
                var (hits, of) = metric.Figure switch
                {
                    "accuracy" => (counts.TruePositives + counts.TrueNegatives, counts.Count),
                    "precision" => (counts.TruePositives, counts.TruePositives + counts.FalsePositives),
                    "recall" => (counts.TruePositives, counts.TruePositives + counts.FalseNegatives),
                    "specificity" => (counts.TrueNegatives, counts.TrueNegatives + counts.FalsePositives),
                    "f1" => (counts.TruePositives, counts.TruePositives + counts.FalsePositives + counts.FalseNegatives),
                    _ => (0.0, 0.0),
                };
                return OfShare(hits / of, n * of / counts.Count);
            });
    }

    private static (Func<PerformanceMetric, double, double> Error, Func<PerformanceMetric, double, double> Skewness) OfSeveral(PerformanceTask task, ScoredRows rows)
    {
        var (predicted, truth) = (Array.ConvertAll(rows.Predicted, p => (int)p), Array.ConvertAll(rows.Truth, t => (int)t));
        if (task.Classes.Count == 0) return ((_, _) => double.NaN, (_, _) => 0);
        var errors = MulticlassSamplingError.Fit(rows.ClassScores, predicted, truth);
        var worth = RunningMoments.Of(predicted.Select((p, i) => task.Worth[p, truth[i]]).ToArray());
        var right = (double)predicted.Where((p, i) => p == truth[i]).Count() / Math.Max(1, predicted.Length);
        return (
            (metric, n) => metric.Figure switch
            {
                PerformanceMetric.BusinessValue => worth.PopulationDeviation * Math.Sqrt(n),
                PerformanceMetric.BusinessValuePerPrediction => worth.PopulationDeviation / Math.Sqrt(n),
                _ => errors.Of(metric.Figure, n),
            },
            (metric, n) => metric.Figure == "accuracy" ? OfShare(right, n) : 0);
    }

    private static (Func<PerformanceMetric, double, double> Error, Func<PerformanceMetric, double, double> Skewness) OfNumbers(ScoredRows rows)
    {
        var known = new Dictionary<string, (RunningMoments Moments, double Skewness)>(StringComparer.Ordinal);
        (RunningMoments Moments, double Skewness) Losses(string figure)
        {
            lock (known)
            {
                if (known.TryGetValue(figure, out var value)) return value;
                var losses = rows.Predicted.Select((p, i) => RegressionPerformance.Loss(figure, p, rows.Truth[i])).Where(double.IsFinite).ToArray();
                var moments = RunningMoments.Of(losses);
                var cubes = losses.Sum(l => Math.Pow(l - moments.Mean, 3)) / Math.Max(1, losses.Length);
                return known[figure] = (moments, cubes / Math.Pow(moments.PopulationDeviation, 3));
            }
        }

        return (
            (metric, n) => PerformanceMetric.IsRanking(metric.Name) ? double.NaN : RegressionPerformance.SamplingError(metric.Figure, Losses(metric.Figure).Moments, n),
            (metric, n) => PerformanceMetric.IsRanking(metric.Name) ? 0 : Losses(metric.Figure).Skewness / Math.Sqrt(n));
    }

    private static double OfShare(double share, double rows) => (1 - (2 * share)) / Math.Sqrt(rows * share * (1 - share));

    private void Cut(PerformanceTask task, ScoredRows rows)
    {
        var parts = Enumerable.Range(0, Chunks).Select(c => Tally(task, rows, c * rows.Count / Chunks, (c + 1) * rows.Count / Chunks)).ToList();
        foreach (var metric in task.Metrics)
        {
            var values = parts.Select(p => p.Realize(metric)).Where(double.IsFinite).ToArray();
            _chunks[metric.Name] = (RunningMoments.Of(values), (double)rows.Count / Chunks);
        }
    }
}
