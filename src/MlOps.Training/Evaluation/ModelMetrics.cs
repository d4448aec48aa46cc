using Microsoft.ML;

namespace MlOps.Training;

/// <summary>Judges scored rows with ML.NET's evaluators.</summary>
internal static class ModelMetrics
{
    /// <summary>Computes every metric of a task.</summary>
    /// <param name="ml">ML.NET.</param>
    /// <param name="task">The task.</param>
    /// <param name="scored">Rows with the label and the model's outputs.</param>
    /// <param name="label">The label as the evaluator wants it: a key for several classes.</param>
    /// <returns>The metrics. One that these rows do not define, as auc with one class, is NaN.</returns>
    public static SortedDictionary<string, double> Compute(MLContext ml, LearningTask task, IDataView scored, string label)
    {
        switch (task)
        {
            case LearningTask.MulticlassClassification:
                var metrics = MetricNames.Read(ml.MulticlassClassification.Evaluate(scored, label));
                metrics[MetricNames.UnknownLabels] = UnknownShare(scored, scored.Schema[label]);
                return metrics;
            case LearningTask.Regression:
                return MetricNames.Read(ml.Regression.Evaluate(scored, label));
        }

        var calibrated = scored.Schema.GetColumnOrNull("Probability") is not null;
        try
        {
            return MetricNames.Read(calibrated ? ml.BinaryClassification.Evaluate(scored, label) : ml.BinaryClassification.EvaluateNonCalibrated(scored, label));
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName is "PosSample" or "NegSample")
        {
            return ComputeOfOneClass(scored, label, calibrated);
        }
    }

    /// <summary>Gives the columns that are read for it.</summary>
    public static IEnumerable<string> ColumnsOf(DataViewSchema scored, string label) =>
        scored.Where(c => !c.IsHidden && (c.Name == label || c.Name is "PredictedLabel" or "Probability" or "Score")).Select(c => c.Name);

    // ML.NET passes over rows whose label was never learned, which makes a model look better than it is.
    private static double UnknownShare(IDataView scored, DataViewSchema.Column label)
    {
        if (label.Type.RawType != typeof(uint)) return 0;
        var (unknown, rows, key) = (0L, 0L, 0u);
        using var cursor = scored.GetRowCursor([label]);
        for (var getKey = cursor.GetGetter<uint>(label); cursor.MoveNext(); rows++)
        {
            getKey(ref key);
            if (key == 0) unknown++;
        }

        return (double)unknown / rows;
    }

    // ML.NET gives no metrics at all when there is only one class.
    private static SortedDictionary<string, double> ComputeOfOneClass(IDataView scored, string label, bool calibrated)
    {
        var counts = new BinaryCounts();
        var columns = scored.Schema.Where(c => !c.IsHidden && (c.Name == label || c.Name is "PredictedLabel" or "Probability"));
        using var cursor = scored.GetRowCursor(columns);
        var getLabel = cursor.GetGetter<bool>(scored.Schema[label]);
        var getPredicted = cursor.GetGetter<bool>(scored.Schema["PredictedLabel"]);
        var getProbability = calibrated ? cursor.GetGetter<float>(scored.Schema["Probability"]) : null;
        var (actual, predicted, probability) = (false, false, float.NaN);
        while (cursor.MoveNext())
        {
            getLabel(ref actual);
            getPredicted(ref predicted);
            getProbability?.Invoke(ref probability);
            counts.Add(actual, predicted, probability, 1);
        }

        return counts.ToMetrics(auc: double.NaN, auprc: double.NaN, calibrated);
    }
}

/// <summary>The four counts of a binary classification and its log-loss, with the definitions of ML.NET: bits, and 0 for a share of nothing.</summary>
internal sealed class BinaryCounts
{
    private double _truePositive, _falsePositive, _trueNegative, _falseNegative, _bits;

    public void Add(bool actual, bool predicted, double probability, double rows)
    {
        if (predicted && actual) _truePositive += rows;
        else if (predicted) _falsePositive += rows;
        else if (actual) _falseNegative += rows;
        else _trueNegative += rows;
        if (rows > 0) _bits -= rows * Math.Log2(Math.Max(actual ? probability : 1 - probability, 1e-15));
    }

    public SortedDictionary<string, double> ToMetrics(double auc, double auprc, bool calibrated)
    {
        var (positive, negative) = (_truePositive + _falseNegative, _trueNegative + _falsePositive);
        var rows = positive + negative;
        var (precision, recall) = (Share(_truePositive, _truePositive + _falsePositive), Share(_truePositive, positive));
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["auc"] = auc,
            ["auprc"] = auprc,
            ["accuracy"] = (_truePositive + _trueNegative) / rows,
            ["positive_precision"] = precision,
            ["positive_recall"] = recall,
            ["negative_precision"] = Share(_trueNegative, _trueNegative + _falseNegative),
            ["negative_recall"] = Share(_trueNegative, negative),
            ["f1_score"] = Share(2 * precision * recall, precision + recall),
        };
        if (!calibrated) return metrics;
        var entropy = -(Bits(positive / rows) + Bits(negative / rows));
        metrics["entropy"] = entropy;
        metrics["log_loss"] = _bits / rows;
        metrics["log_loss_reduction"] = entropy > 0 ? (entropy - (_bits / rows)) / entropy : double.NaN;
        return metrics;
    }

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;

    private static double Bits(double share) => share > 0 ? share * Math.Log2(share) : 0;
}
