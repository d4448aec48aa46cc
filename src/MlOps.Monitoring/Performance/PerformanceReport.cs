namespace MlOps.Monitoring;

/// <summary>How good the predictions of a window were: known from labels where enough have come, estimated without them where not.</summary>
/// <param name="Task">What the model does: binary-classification, multiclass-classification, regression.</param>
/// <param name="Reference">What the window is held against; null when there is none, and <see cref="ReferenceProblem"/> says why.</param>
/// <param name="Coverage">For each chunk, in order, how much of it is labelled.</param>
/// <param name="Series">The figures over the chunks: first those of all rows, one a metric, then those of each slice.</param>
public sealed record PerformanceReport(string Task, PerformanceReference? Reference, IReadOnlyList<ChunkCoverage> Coverage, IReadOnlyList<PerformanceSeries> Series)
    : MonitorSection(PerformanceCheck.CheckName)
{
    /// <summary>Gets the predictions of the version that were looked at.</summary>
    public long Rows => Coverage.Sum(c => c.Rows);

    /// <summary>Gets how many of them have a label.</summary>
    public long Labels => Coverage.Sum(c => c.Labels);

    /// <summary>Gets the predictions of the window that other versions made. They are not judged.</summary>
    public long OtherVersionRows { get; init; }

    /// <summary>Gets the predictions that were left out since an identifier came twice.</summary>
    public long DuplicateRows { get; init; }

    /// <summary>Gets why nothing is known of the reference; null when it is known.</summary>
    public string? ReferenceProblem { get; init; }

    /// <summary>Gets why nothing is estimated without labels; null when it is.</summary>
    public string? EstimateProblem { get; init; }

    /// <summary>Gets for each chunk, in order, whether the scores are probabilities; none when the model gives no probabilities.</summary>
    public IReadOnlyList<ChunkCalibration> Calibration { get; init; } = [];

    /// <summary>Gets how groups of a column fare, over the whole window; none when no column is named.</summary>
    public IReadOnlyList<FairnessResult> Fairness { get; init; } = [];

    /// <summary>Gets how old the version and its labels are.</summary>
    public Staleness? Staleness { get; init; }

    /// <summary>Gets whether the outputs are sound numbers.</summary>
    public NumericalStability? Stability { get; init; }
}

/// <summary>What a window is held against.</summary>
/// <param name="Source">Where it comes from: the name of the validation data, or the period of the log.</param>
/// <param name="Rows">The rows that are labelled.</param>
/// <param name="IsCalibrated">Whether scores are made probabilities before estimates, since that was better on rows held out.</param>
public sealed record PerformanceReference(string Source, long Rows, bool IsCalibrated);

/// <summary>How much of a chunk is labelled.</summary>
/// <param name="Chunk">The chunk's number, from 0.</param>
/// <param name="Rows">The predictions of the version that succeeded.</param>
/// <param name="Labels">How many of them have a label.</param>
/// <param name="Status">What is known of the chunk's performance.</param>
public sealed record ChunkCoverage(int Chunk, long Rows, long Labels, PerformanceStatus Status)
{
    /// <summary>Gets the share of rows that are labelled; NaN without rows.</summary>
    public double Share => Rows == 0 ? double.NaN : (double)Labels / Rows;
}

/// <summary>What is known of the performance of a chunk.</summary>
public enum PerformanceStatus
{
    /// <summary>Nothing: no rows, or too few labels and no way to estimate.</summary>
    Unknown,

    /// <summary>An estimate, since too few labels have come.</summary>
    Estimated,

    /// <summary>The true one, since enough labels have come.</summary>
    Realized,
}

/// <summary>One metric over the chunks of a window: estimated until labelled, then realized.</summary>
/// <param name="Metric">The metric, as evaluation reports name it: auc, f1_score, rmse.</param>
/// <param name="Segment">The slice, as <c>origin=ORD</c>; null for all rows.</param>
/// <param name="IsHigherBetter">Whether more is better, as of auc and not of rmse.</param>
/// <param name="Reference">The value in the reference; NaN when there is none.</param>
/// <param name="Points">The chunks in order; each chunk of the window has one.</param>
public sealed record PerformanceSeries(string Metric, string? Segment, bool IsHigherBetter, double Reference, IReadOnlyList<PerformancePoint> Points);

/// <summary>One metric of one chunk.</summary>
/// <param name="Chunk">The chunk's number, from 0.</param>
/// <param name="Status">Which of the two values counts.</param>
/// <param name="Estimated">What is estimated without labels; null when it cannot be.</param>
/// <param name="Realized">What the labels say that have come so far; null when none has, or they do not define it.</param>
/// <param name="Lower">The least value that is no alarm; NaN for none.</param>
/// <param name="Upper">The largest value that is no alarm; NaN for none.</param>
/// <param name="Coverage">The share of the chunk's rows (of the slice) that are labelled; NaN without rows.</param>
/// <param name="IsAlarm">Whether the value that counts is an alarm.</param>
public sealed record PerformancePoint(
    int Chunk, PerformanceStatus Status, PerformanceValue? Estimated, PerformanceValue? Realized, double Lower, double Upper, double Coverage, bool IsAlarm)
{
    /// <summary>Gets the value that counts: the realized one from when enough labels are there, before it the estimated one; null when neither is known.</summary>
    public PerformanceValue? Value => Status switch { PerformanceStatus.Realized => Realized, PerformanceStatus.Estimated => Estimated, _ => null };
}

/// <summary>A value and how far it may be off by chance.</summary>
/// <param name="Value">The value.</param>
/// <param name="Error">Its standard error at so many rows; NaN when the reference does not tell.</param>
/// <param name="Lower">The lower end of the band: three errors below, or where the metric ends.</param>
/// <param name="Upper">The upper end of the band.</param>
/// <param name="Rows">The rows that it was computed from.</param>
public sealed record PerformanceValue(double Value, double Error, double Lower, double Upper, long Rows);

/// <summary>Whether the scores of a chunk are probabilities, by its labels.</summary>
/// <param name="Chunk">The chunk's number, from 0.</param>
/// <param name="Labels">The labelled rows with a score.</param>
/// <param name="CalibrationError">The mean distance of score and share of positives over bins (ECE); NaN without labels.</param>
/// <param name="Brier">The mean squared distance of score and truth; NaN without labels.</param>
/// <param name="Bins">The bins of the reliability curve, by rising score; those without rows are left out.</param>
public sealed record ChunkCalibration(int Chunk, long Labels, double CalibrationError, double Brier, IReadOnlyList<ReliabilityBin> Bins);

/// <summary>Rows whose scores are close to each other.</summary>
/// <param name="Score">The mean score.</param>
/// <param name="Share">The share of positives.</param>
/// <param name="Rows">The labelled rows.</param>
public sealed record ReliabilityBin(double Score, double Share, long Rows);

/// <summary>How the groups of a column fare.</summary>
/// <param name="Column">The column.</param>
/// <param name="Groups">The groups with enough rows, the largest first.</param>
/// <param name="Measures">What tells them apart.</param>
public sealed record FairnessResult(string Column, IReadOnlyList<GroupRates> Groups, IReadOnlyList<FairnessMeasure> Measures);

/// <summary>How one group fares.</summary>
/// <param name="Group">The value of the column.</param>
/// <param name="Rows">The predictions.</param>
/// <param name="Labels">Those with a label.</param>
/// <param name="Selected">The share that was predicted positive.</param>
/// <param name="TruePositiveRate">The share of positives predicted so; NaN without labelled positives.</param>
/// <param name="FalsePositiveRate">The share of negatives predicted positive; NaN without labelled negatives.</param>
public sealed record GroupRates(string Group, long Rows, long Labels, double Selected, double TruePositiveRate, double FalsePositiveRate);

/// <summary>How far groups lie apart by one definition of fairness.</summary>
/// <param name="Name">demographic_parity_difference, demographic_parity_ratio, equal_opportunity_difference or equalized_odds_difference.</param>
/// <param name="Value">The measure: largest less smallest rate, or smallest over largest; NaN when too little is known.</param>
/// <param name="Lower">The lower end of its interval.</param>
/// <param name="Upper">The upper end of its interval.</param>
/// <param name="Limit">What it must not pass; NaN for none.</param>
/// <param name="Worst">The groups that lie furthest apart, the worse-off first.</param>
/// <param name="IsAlarm">Whether the whole interval lies beyond the limit.</param>
public sealed record FairnessMeasure(string Name, double Value, double Lower, double Upper, double Limit, IReadOnlyList<string> Worst, bool IsAlarm);

/// <summary>How old a version and its labels are, at the end of the window.</summary>
/// <param name="VersionAge">The time since the version was registered.</param>
/// <param name="DataAge">The time since the newest row that it was trained on; null when its data have no column of times.</param>
/// <param name="MissingLabels">The share of predictions without a label; NaN without predictions.</param>
/// <param name="LabelAge">The time since the newest prediction that has a label; null when none has.</param>
public sealed record Staleness(TimeSpan VersionAge, TimeSpan? DataAge, double MissingLabels, TimeSpan? LabelAge);

/// <summary>Whether outputs are sound numbers.</summary>
/// <param name="Rows">The predictions that were looked at.</param>
/// <param name="NotANumber">Those with a missing output.</param>
/// <param name="Infinite">Those with an infinite output.</param>
/// <param name="OutOfRange">Those with a probability below 0 or above 1.</param>
/// <param name="SampleDifference">The largest relative difference between what the model predicts for the samples of its bundle and what it predicted when it was packaged; NaN when it was not tried.</param>
/// <param name="Perturbation">The largest relative change of an output when inputs are changed by a millionth; NaN when it was not tried.</param>
/// <param name="IsReproduced">Whether the samples were reproduced; null when it was not tried.</param>
public sealed record NumericalStability(long Rows, long NotANumber, long Infinite, long OutOfRange, double SampleDifference, double Perturbation, bool? IsReproduced);
