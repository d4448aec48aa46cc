using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>The figures of the reference, or of one slice of it, and how far those of so many rows scatter by chance.</summary>
internal sealed class SegmentReference
{
    private const int Chunks = 10;

    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RunningMoments Values, double Rows)> _chunks = new(StringComparer.Ordinal);
    private readonly PerformanceTally _all;
    private readonly Func<PerformanceMetric, RowNoise> _noise;

    /// <summary>Measures labelled rows.</summary>
    public SegmentReference(PerformanceTask task, ScoredRows rows)
    {
        var labelled = Enumerable.Range(0, rows.Count).Where(r => !double.IsNaN(rows.Truth[r]) && !double.IsNaN(rows.Predicted[r])).ToList();
        rows = labelled.Count == rows.Count ? rows : rows.Take(labelled);
        Rows = rows.Count;
        _all = Tally(task, rows, 0, rows.Count);
        foreach (var metric in task.Metrics) _values[metric.Name] = _all.Realize(metric);
        if (Rows / Chunks >= task.Options.MinLabels) Cut(task, rows);
        _noise = task.Name switch
        {
            PerformanceMetric.Binary => OfTwo(task, rows),
            PerformanceMetric.Multiclass => OfSeveral(task, rows),
            _ => metric => _all.Losses(metric) is { Rows: > 1 } losses ? losses.Noise(IsRoot(metric)) : new(double.NaN, 0),
        };
    }

    /// <summary>Gets the labelled rows.</summary>
    public long Rows { get; }

    /// <summary>Gives a figure; NaN when the rows do not define it.</summary>
    public double Value(PerformanceMetric metric) => _values.GetValueOrDefault(metric.Name, double.NaN);

    /// <summary>Gives the standard error of a figure of so many rows; NaN when it is not known.</summary>
    public double Error(PerformanceMetric metric, double rows) => Rows < 2 || rows < 1 ? double.NaN
        : metric.Name == PerformanceMetric.BusinessValue ? _noise(metric).Error * Math.Sqrt(rows) : _noise(metric).Error / Math.Sqrt(rows);

    /// <summary>Gives how a figure scatters when nothing has changed, as the reference tells it and the labelled rows of a chunk with it: both are then drawn from the same.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="chunk">The chunk; null for the reference alone, as where nothing is labelled.</param>
    public RowNoise Noise(PerformanceMetric metric, PerformanceTally? chunk)
    {
        if (Rows < 2) return new(double.NaN, 0);
        if (_all.Losses(metric) is { Rows: > 1 } losses) return (chunk?.Losses(metric) is { } others ? losses.With(others) : losses).Noise(IsRoot(metric));
        if (_all.Counts is { } counts && OfCounts(metric, chunk?.Counts is { } own ? Sum(counts, own) : counts) is { } noise) return noise;
        return _noise(metric);
    }

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

    private static bool IsRoot(PerformanceMetric metric) => metric.Figure is "rmse" or "rmsle";

    private static BinaryPerformance Sum(BinaryPerformance one, BinaryPerformance other) => new(
        one.TruePositives + other.TruePositives, one.FalsePositives + other.FalsePositives, one.FalseNegatives + other.FalseNegatives, one.TrueNegatives + other.TrueNegatives, double.NaN, double.NaN);

    private static RowNoise? OfCounts(PerformanceMetric metric, BinaryPerformance of) => metric.Figure switch
    {
        "accuracy" => RowNoise.OfShare(of.TruePositives + of.TrueNegatives, of.Count, of.Count),
        "precision" => RowNoise.OfShare(of.TruePositives, of.TruePositives + of.FalsePositives, of.Count),
        "recall" => RowNoise.OfShare(of.TruePositives, of.TruePositives + of.FalseNegatives, of.Count),
        "specificity" => RowNoise.OfShare(of.TrueNegatives, of.TrueNegatives + of.FalsePositives, of.Count),
        // f1 is 2s / (1 + s) of the share s of hits among the relevant rows, and rises by 2 / (1 + s)² with it.
        "f1" => OfF1(of.TruePositives, of.TruePositives + of.FalsePositives + of.FalseNegatives, of.Count),
        _ => null,
    };

    private static RowNoise OfF1(double hits, double relevant, double rows)
    {
        var share = (hits + 0.5) / (relevant + 1);
        return RowNoise.OfShare(hits, relevant, rows, 2 / ((1 + share) * (1 + share)));
    }

    private Func<PerformanceMetric, RowNoise> OfTwo(PerformanceTask task, ScoredRows rows)
    {
        var scores = Array.TrueForAll(rows.Scores, double.IsNaN) ? [] : rows.Scores;
        var area = scores.Length == 0 ? double.NaN : RocAucError.OfOneRow(scores, rows.Truth);
        var precision = new Lazy<double>(() => BinarySamplingError.Fit(scores, rows.Predicted, rows.Truth).Of("average_precision", 1));
        var worth = new Lazy<double>(() => BinarySamplingError.Fit([], rows.Predicted, rows.Truth).OfBusinessValue(task.BinaryWorth, 1));
        return metric => metric.Figure switch
        {
            "roc_auc" => new(area, 0),
            "average_precision" => new(precision.Value, 0),
            PerformanceMetric.BusinessValue or PerformanceMetric.BusinessValuePerPrediction => new(worth.Value, 0),
            _ => OfCounts(metric, _all.Counts!) ?? new(double.NaN, 0),
        };
    }

    private static Func<PerformanceMetric, RowNoise> OfSeveral(PerformanceTask task, ScoredRows rows)
    {
        if (task.Classes.Count == 0) return _ => new(double.NaN, 0);
        var (predicted, truth) = (Array.ConvertAll(rows.Predicted, p => (int)p), Array.ConvertAll(rows.Truth, t => (int)t));
        var errors = MulticlassSamplingError.Fit(rows.ClassScores, predicted, truth);
        var worth = RunningMoments.Of(predicted.Select((p, i) => task.Worth[p, truth[i]]).ToArray());
        var right = predicted.Where((p, i) => p == truth[i]).Count();
        return metric => metric.Figure switch
        {
            PerformanceMetric.BusinessValue or PerformanceMetric.BusinessValuePerPrediction => new(worth.PopulationDeviation, 0),
            "accuracy" => RowNoise.OfShare(right, predicted.Length, predicted.Length),
            _ => new(errors.Of(metric.Figure, 1), 0),
        };
    }

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
