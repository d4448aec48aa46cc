using System.Text.Json;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>The model that knows only the labels of the training rows: their mean, or the shares of their classes.</summary>
/// <param name="Task">What is learned.</param>
/// <param name="Mean">The mean; 0 for a classification.</param>
/// <param name="Shares">The share of each class; none for a regression.</param>
internal sealed record ConstantBaseline(LearningTask Task, double Mean, SortedDictionary<string, double> Shares)
{
    /// <summary>The part of a bundle that holds it.</summary>
    public const string Part = "baseline.json";

    public static ConstantBaseline Of(LearningTask task, LabelSummary training) => new(
        task,
        task == LearningTask.Regression ? training.Mean : 0,
        new(training.Classes.ToDictionary(c => c.Key, c => (double)c.Value / training.Rows), StringComparer.Ordinal));

    public static ConstantBaseline Read(byte[] part) =>
        JsonSerializer.Deserialize<ConstantBaseline>(part, MlOpsJson.Options) ?? throw new TrainingException($"The part {Part} of the bundle is null.");

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, MlOpsJson.Options);

    /// <summary>Computes its metrics on labels, which were read with its mean as their centre.</summary>
    public SortedDictionary<string, double> Evaluate(LabelSummary labels) => Task switch
    {
        LearningTask.BinaryClassification => EvaluateBinary(labels),
        LearningTask.MulticlassClassification => EvaluateMulticlass(labels),
        _ => new(StringComparer.Ordinal)
        {
            ["mae"] = labels.MeanAbsolute,
            ["mse"] = labels.MeanSquare,
            ["rmse"] = Math.Sqrt(labels.MeanSquare),
            ["loss"] = labels.MeanSquare,
            ["r_squared"] = 1 - (labels.MeanSquare / labels.Variance),
        },
    };

    private SortedDictionary<string, double> EvaluateBinary(LabelSummary labels)
    {
        var probability = Shares.GetValueOrDefault("true");
        var (positive, negative) = (labels.Classes.GetValueOrDefault("true"), labels.Classes.GetValueOrDefault("false"));
        var counts = new BinaryCounts();
        counts.Add(true, probability > 0.5, probability, positive);
        counts.Add(false, probability > 0.5, probability, negative);
        // Every row has the same score: no order is better than chance, and any share that is called positive is as pure as the whole.
        var defined = positive > 0 && negative > 0;
        return counts.ToMetrics(defined ? 0.5 : double.NaN, defined ? (double)positive / (positive + negative) : double.NaN, calibrated: true);
    }

    private SortedDictionary<string, double> EvaluateMulticlass(LabelSummary labels)
    {
        // Of equally frequent classes the first by name.
        var majority = Shares.MaxBy(share => share.Value).Key;
        var rows = (double)labels.Rows;
        var logLoss = labels.Classes.Sum(c => c.Value / rows * -Math.Log(Math.Max(Shares.GetValueOrDefault(c.Key), 1e-15)));
        var entropy = labels.Classes.Sum(c => c.Value / rows * -Math.Log(c.Value / rows));
        return new(StringComparer.Ordinal)
        {
            ["micro_accuracy"] = labels.Classes.GetValueOrDefault(majority) / rows,
            ["macro_accuracy"] = labels.Classes.ContainsKey(majority) ? 1.0 / labels.Classes.Count : 0,
            ["log_loss"] = logLoss,
            ["log_loss_reduction"] = entropy > 0 ? (entropy - logLoss) / entropy : double.NaN,
            [MetricNames.UnknownLabels] = labels.Classes.Where(c => !Shares.ContainsKey(c.Key)).Sum(c => c.Value) / rows,
        };
    }
}
