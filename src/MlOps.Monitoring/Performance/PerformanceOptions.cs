using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>How a monitor judges the performance of its model. Bound from <c>MlOps:Monitors:{name}:Performance</c>.</summary>
/// <remarks>By default a value is an alarm when it is worse than in the validation data by more than a twentieth, and by more than chance explains at the numbers of rows of both.</remarks>
public sealed class PerformanceOptions
{
    /// <summary>Gets the metrics, as evaluation reports name them, the most important first.</summary>
    /// <value>The default is none, which stands for those of the task: auc, f1_score and accuracy; micro_accuracy, auc and f1_score; rmse and mae. With <see cref="RankBy"/> also ndcg.</value>
    public IList<string> Metrics { get; } = [];

    /// <summary>Gets the input columns by whose values performance is looked at by itself.</summary>
    /// <value>The default is none.</value>
    public IList<string> SliceBy { get; } = [];

    /// <summary>Gets or sets how many values of each of these columns are looked at: the most frequent ones of the reference, or without one those that come first.</summary>
    /// <value>The default is 10.</value>
    [Range(1, 1000)]
    public int SliceValues { get; set; } = 10;

    /// <summary>Gets or sets how many rows a chunk (of a slice) must have to be judged, and labels to count as realized. A smaller one that is labelled altogether is realized, and not judged.</summary>
    /// <value>The default is 100.</value>
    [Range(2, int.MaxValue)]
    public int MinLabels { get; set; } = 100;

    /// <summary>Gets or sets which share of its rows must be labelled for a chunk to count as realized.</summary>
    /// <value>The default is 0.5. Labels that come early may be of other rows than those that come late.</value>
    [Range(0.0, 1.0)]
    public double MinCoverage { get; set; } = 0.5;

    /// <summary>Gets or sets whether performance is estimated where labels are missing.</summary>
    /// <value>The default is true.</value>
    public bool Estimate { get; set; } = true;

    /// <summary>Gets or sets how limits are set for metrics that <see cref="Limits"/> does not name.</summary>
    /// <value>The default is <see cref="PerformanceThreshold.Corrected"/>.</value>
    public PerformanceThreshold Threshold { get; set; } = PerformanceThreshold.Corrected;

    /// <summary>Gets or sets the chance of a false alarm of <see cref="PerformanceThreshold.Corrected"/>: of all reports on a model that is as good as ever, at most this share has an alarm, however many chunks, metrics and slices there are.</summary>
    /// <value>The default is 0.001.</value>
    [Range(1e-12, 0.5)]
    public double Significance { get; set; } = 0.001;

    /// <summary>Gets or sets how much worse than the reference a value must be to matter, relative to it.</summary>
    /// <value>The default is 0.05: a twentieth.</value>
    [Range(0.0, 1000.0)]
    public double MinChange { get; set; } = 0.05;

    /// <summary>Gets or sets how many standard deviations of the chunks of the reference are allowed to either side with <see cref="PerformanceThreshold.Deviations"/>.</summary>
    /// <value>The default is 3.</value>
    [Range(0.1, 100.0)]
    public double Deviations { get; set; } = 3;

    /// <summary>Gets fixed limits by metric. They take the place of all others of the metric.</summary>
    /// <value>The default is none.</value>
    public IDictionary<string, MetricLimits> Limits { get; } = new Dictionary<string, MetricLimits>(StringComparer.Ordinal);

    /// <summary>Gets or sets the first moment of the labelled predictions that are the reference, with <see cref="ReferenceTo"/>.</summary>
    /// <value>The default is null: the validation data of the version are the reference.</value>
    public DateTimeOffset? ReferenceFrom { get; set; }

    /// <summary>Gets or sets the moment after the last of the labelled predictions that are the reference.</summary>
    /// <value>The default is null.</value>
    public DateTimeOffset? ReferenceTo { get; set; }

    /// <summary>Gets or sets how many rows of the reference are read at most; of more, the first ones of each batch, so that they come from all of the data.</summary>
    /// <value>The default is 200,000.</value>
    [Range(100, 10_000_000)]
    public int ReferenceRows { get; set; } = 200_000;

    /// <summary>Gets or sets the output that holds scores or predicted numbers.</summary>
    /// <value>The default is null: Probability, probabilities or Score, whichever there is.</value>
    public string? ScoreOutput { get; set; }

    /// <summary>Gets or sets the output that holds the predicted class.</summary>
    /// <value>The default is null: PredictedLabel or label; without either the class follows from the score.</value>
    public string? PredictionOutput { get; set; }

    /// <summary>Gets or sets from which score on a row counts as predicted positive where the model gives no class.</summary>
    /// <value>The default is 0.5.</value>
    public double PositiveThreshold { get; set; } = 0.5;

    /// <summary>Gets the classes in the order of the scores, as text.</summary>
    /// <value>The default is none: they follow from the reference, where the predicted class has the highest score.</value>
    public IList<string> Classes { get; } = [];

    /// <summary>Gets what predictions are worth, for the metrics business_value and business_value_per_prediction. Pairs that are not named are worth nothing.</summary>
    /// <value>The default is none.</value>
    public IList<PredictionWorth> Values { get; } = [];

    /// <summary>Gets or sets the column whose values are the groups that rows are ordered in, for ndcg, map, mrr, hit_rate, precision_at_k and recall_at_k. Its labels say how relevant a row is.</summary>
    /// <value>The default is null: nothing is ordered.</value>
    public string? RankBy { get; set; }

    /// <summary>Gets or sets how many rows of a group are looked at.</summary>
    /// <value>The default is 10.</value>
    [Range(1, 10_000)]
    public int RankDepth { get; set; } = 10;

    /// <summary>Gets the columns whose groups are to fare alike.</summary>
    /// <value>The default is none.</value>
    public IList<string> FairnessColumns { get; } = [];

    /// <summary>Gets or sets how far rates of two groups may lie apart.</summary>
    /// <value>The default is 0.1.</value>
    [Range(0.0, 1.0)]
    public double MaxDisparity { get; set; } = 0.1;

    /// <summary>Gets or sets how small the share that is predicted positive in one group may be over that in another.</summary>
    /// <value>The default is 0.8, the four-fifths rule.</value>
    [Range(0.0, 1.0)]
    public double MinParity { get; set; } = 0.8;

    /// <summary>Gets or sets how old a version may be.</summary>
    /// <value>The default is null: as old as it is.</value>
    [Range(typeof(TimeSpan), "00:00:01", "36600.00:00:00")]
    public TimeSpan? MaxVersionAge { get; set; }

    /// <summary>Gets or sets how old the newest row that it was trained on may be.</summary>
    /// <value>The default is null: as old as it is.</value>
    [Range(typeof(TimeSpan), "00:00:01", "36600.00:00:00")]
    public TimeSpan? MaxDataAge { get; set; }

    /// <summary>Gets or sets how long ago the last label may have come.</summary>
    /// <value>The default is null: any time ago.</value>
    [Range(typeof(TimeSpan), "00:00:01", "36600.00:00:00")]
    public TimeSpan? MaxLabelAge { get; set; }

    /// <summary>Gets or sets which share of the predictions of a window may be without a label.</summary>
    /// <value>The default is null: any.</value>
    [Range(0.0, 1.0)]
    public double? MaxMissingLabels { get; set; }

    /// <summary>Gets or sets the column of the training data that says how old a row is.</summary>
    /// <value>The default is null: the first that holds moments, else the first that holds days.</value>
    public string? TimeColumn { get; set; }

    /// <summary>Gets or sets whether the model is loaded for each report, to see that it still predicts the samples of its bundle as it did.</summary>
    /// <value>The default is true.</value>
    public bool ReplaySamples { get; set; } = true;

    /// <summary>Gets or sets by how much an output may change, relative to it, when the numbers of a sample are changed by a millionth.</summary>
    /// <value>The default is null: it is not tried. Trees jump at their splits, so use it for models that are smooth.</value>
    [Range(1e-9, 1e9)]
    public double? MaxPerturbation { get; set; }
}

/// <summary>How the limits of a metric are set.</summary>
public enum PerformanceThreshold
{
    /// <summary>Worse than the reference by more than chance explains, corrected for the rows of chunk and reference and for the number of comparisons, and by enough to matter.</summary>
    Corrected,

    /// <summary>So many standard deviations of the reference's chunks away from their mean, corrected for chunks of another size.</summary>
    Deviations,
}

/// <summary>Fixed limits of a metric.</summary>
public sealed class MetricLimits
{
    /// <summary>Gets or sets the least value that is no alarm.</summary>
    /// <value>The default is null: none.</value>
    public double? Lower { get; set; }

    /// <summary>Gets or sets the largest value that is no alarm.</summary>
    /// <value>The default is null: none.</value>
    public double? Upper { get; set; }
}

/// <summary>What predictions of one class for rows of another are worth.</summary>
public sealed class PredictionWorth
{
    /// <summary>Gets or sets the predicted class, as text; true and false of two.</summary>
    public string Predicted { get; set; } = string.Empty;

    /// <summary>Gets or sets the true class, as text.</summary>
    public string Truth { get; set; } = string.Empty;

    /// <summary>Gets or sets what one of them is worth, in a unit of the host's own; costs are negative.</summary>
    public double Value { get; set; }
}

[OptionsValidator]
internal sealed partial class PerformanceOptionsValidator : IValidateOptions<PerformanceOptions>;

/// <summary>Refuses options that contradict each other.</summary>
internal sealed class PerformanceRulesValidator : IValidateOptions<PerformanceOptions>
{
    public ValidateOptionsResult Validate(string? name, PerformanceOptions options)
    {
        var failures = new List<string>();
        void Refuse(bool isWrong, string why)
        {
            if (isWrong) failures.Add($"MlOps:Monitors:{name}:Performance: {why}");
        }

        foreach (var metric in options.Metrics.Concat(options.Limits.Keys).Where(m => !PerformanceMetric.IsKnown(m)))
            Refuse(true, $"there is no metric '{metric}'. There are: {string.Join(", ", PerformanceMetric.Names)}.");
        foreach (var (metric, limits) in options.Limits)
            Refuse(limits.Lower is null && limits.Upper is null || limits.Lower > limits.Upper || limits.Lower is double.NaN || limits.Upper is double.NaN, $"the limits of '{metric}' need a Lower, an Upper, or a Lower that is not above the Upper.");
        Refuse(options.ReferenceFrom is null != options.ReferenceTo is null || options.ReferenceFrom >= options.ReferenceTo, "ReferenceFrom and ReferenceTo are set together, and ReferenceFrom is the earlier.");
        Refuse(options.Metrics.Concat(options.Limits.Keys).Any(PerformanceMetric.NeedsValues) && options.Values.Count == 0, "business_value needs Values.");
        Refuse(options.Metrics.Any(PerformanceMetric.IsRanking) && options.RankBy is null, "metrics of an order need RankBy.");
        Refuse(options.Values.Any(v => !double.IsFinite(v.Value) || v.Predicted.Length == 0 || v.Truth.Length == 0) || options.Values.GroupBy(v => (v.Predicted, v.Truth)).Any(g => g.Count() > 1), "Values are finite, name both classes, and name each pair of classes once.");
        Refuse(options.Metrics.Distinct(StringComparer.Ordinal).Count() < options.Metrics.Count, "a metric is named twice.");
        Refuse(options.Classes.Distinct(StringComparer.Ordinal).Count() < options.Classes.Count, "a class is named twice.");
        Refuse(!double.IsFinite(options.PositiveThreshold), "PositiveThreshold is a finite number.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
