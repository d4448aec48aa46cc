using Apache.Arrow;
using MlOps.Statistics;
using Array = System.Array;

namespace MlOps.Monitoring;

/// <summary>Says of rows without a label what is to be expected of them, as it learned from the reference. Thread-safe, except for being disposed.</summary>
internal abstract class PerformanceEstimator : IDisposable
{
    /// <summary>Gets whether scores are made probabilities, since that was better.</summary>
    public virtual bool IsCalibrated => false;

    /// <summary>Fills in the chances or the losses.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="inputs">Their inputs.</param>
    public abstract void Estimate(ScoredRows rows, RecordBatch inputs);

    public virtual void Dispose()
    {
    }
}

/// <summary>Two classes: the calibrated score is the chance (confidence-based performance estimation, NannyML).</summary>
internal sealed class BinaryEstimator(IsotonicRegression? calibration) : PerformanceEstimator
{
    public override bool IsCalibrated => calibration is not null;

    /// <summary>Learns from the reference. Scores that are no probabilities are always calibrated, the others where it is better.</summary>
    public static (BinaryEstimator? Estimator, string? Problem) Learn(ScoredRows reference, bool isProbability)
    {
        var labelled = reference.Truth.Where((t, i) => !double.IsNaN(t) && !double.IsNaN(reference.Scores[i])).ToList();
        if (labelled.Distinct().Count() < 2) return (null, "The labelled reference has not both classes with scores, so nothing can be estimated from it.");
        var calibration = Calibration.FitWhereNeeded(reference.Scores, reference.Truth);
        if (calibration is null && (!isProbability || Array.Exists(reference.Scores, s => s is < 0 or > 1))) calibration = IsotonicRegression.Fit(reference.Scores, reference.Truth);
        return (new(calibration), null);
    }

    public override void Estimate(ScoredRows rows, RecordBatch inputs) => rows.Chances = Array.ConvertAll(rows.Scores, s => Math.Clamp(calibration?.At(s) ?? s, 0, 1));
}

/// <summary>Several classes: each score is calibrated by itself, and those of a row are made to sum to one.</summary>
internal sealed class MulticlassEstimator(IReadOnlyList<IsotonicRegression?> functions) : PerformanceEstimator
{
    public override bool IsCalibrated => functions.Any(f => f is not null);

    /// <summary>Learns from the reference.</summary>
    public static (MulticlassEstimator? Estimator, string? Problem) Learn(ScoredRows reference)
    {
        if (reference.ClassScores.Length < 2 || reference.ClassScores[0].Length == 0) return (null, "The model gives no scores of its classes, so nothing can be estimated.");
        if (reference.Truth.Where(t => !double.IsNaN(t)).Distinct().Count() < 2) return (null, "The labelled reference has not two classes, so nothing can be estimated from it.");
        return (new([.. reference.ClassScores.Select((scores, c) =>
        {
            var truth = Array.ConvertAll(reference.Truth, t => double.IsNaN(t) ? double.NaN : t == c ? 1.0 : 0);
            var isProbability = !Array.Exists(scores, s => s is < 0 or > 1);
            return Calibration.FitWhereNeeded(scores, truth) ?? (isProbability || !Array.Exists(truth, t => t == 1) ? null : IsotonicRegression.Fit(scores, truth));
        })]), null);
    }

    public override void Estimate(ScoredRows rows, RecordBatch inputs) => rows.ClassChances = MulticlassPerformance.Calibrate(functions, rows.ClassScores);
}

/// <summary>Numbers: trees say how large the loss is (direct loss estimation, NannyML).</summary>
internal sealed class LossEstimator(DirectLoss loss, FeatureColumns features) : PerformanceEstimator
{
    public override void Estimate(ScoredRows rows, RecordBatch inputs)
    {
        var columns = features.Read(inputs);
        var losses = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var metric in loss.Metrics)
        {
            var values = losses[metric] = new double[rows.Count];
            if (rows.Count > 0) loss.Estimate(metric, columns, rows.Predicted, values);
        }

        rows.Losses = losses;
    }

    public override void Dispose()
    {
        loss.Dispose();
        base.Dispose();
    }
}
