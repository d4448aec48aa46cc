namespace MlOps.Core;

/// <summary>A trained model that nobody has judged yet.</summary>
/// <param name="Bundle">The packaged model.</param>
/// <param name="Split">The data it was trained on and will be judged with.</param>
public sealed record Candidate(ModelBundle Bundle, DataSplit Split);

/// <summary>A trained model and what the gates said of it.</summary>
/// <param name="Bundle">The packaged model.</param>
/// <param name="Split">The data it was trained on and judged with.</param>
/// <param name="Evaluation">The judgement on the validation split.</param>
/// <param name="Acceptance">The judgement on the holdout; null before acceptance.</param>
public sealed record EvaluatedCandidate(ModelBundle Bundle, DataSplit Split, EvaluationReport Evaluation, EvaluationReport? Acceptance = null)
{
    /// <summary>Gets whether every judgement so far was good. A judgement without thresholds is not.</summary>
    public bool IsBlessed => Evaluation.IsBlessed && Acceptance is null or { IsBlessed: true };
}

/// <summary>How a model did on one split, beside a simple baseline and the version that serves now.</summary>
/// <param name="Data">The dataset that it was judged with.</param>
/// <param name="Metrics">The metrics by name, as auc or rmse.</param>
/// <param name="Baseline">The same of the baseline that was trained beside it.</param>
/// <param name="Incumbent">The same of the registered version that it was compared with; null when there was none.</param>
/// <param name="IncumbentVersion">That version, as model/version; null when there was none.</param>
/// <param name="Checks">What was asked and whether it holds; a report without checks is not blessed.</param>
public sealed record EvaluationReport(
    DatasetReference Data,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, double> Baseline,
    IReadOnlyDictionary<string, double>? Incumbent,
    string? IncumbentVersion,
    IReadOnlyList<GateCheck> Checks)
{
    /// <summary>Gets how it did on parts of the rows; none when nobody asked for parts.</summary>
    public IReadOnlyList<SliceMetrics> Slices { get; init; } = [];

    /// <summary>Gets whether at least one check was made and all of them hold.</summary>
    public bool IsBlessed => Checks.Count > 0 && Checks.All(check => check.Holds);
}

/// <summary>How a model did on a part of the rows.</summary>
/// <param name="Slice">The part, as carrier=AA.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Metrics">The metrics by name.</param>
public sealed record SliceMetrics(string Slice, long Rows, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Gets the same of the registered version that the model was compared with; null when there was none.</summary>
    public IReadOnlyDictionary<string, double>? Incumbent { get; init; }
}

/// <summary>One standard that a model was held to.</summary>
/// <param name="Description">What was asked, as: auc at least 0.65.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Observed">What the model has; NaN when the metric could not be computed, which never holds.</param>
/// <param name="Bound">What was asked of it; NaN when it was to be compared with a version and there was none, or with a value that could not be computed.</param>
/// <param name="Holds">Whether it holds.</param>
public sealed record GateCheck(string Description, string Metric, double Observed, double Bound, bool Holds);
