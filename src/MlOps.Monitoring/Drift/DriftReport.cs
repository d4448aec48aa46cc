using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>How the predictions of a window differ from the reference, which is the data that the model was trained on unless the host names another.</summary>
/// <param name="ReferenceRows">The rows of the reference.</param>
/// <param name="Rows">The predictions that were compared.</param>
/// <param name="FailedRows">The predictions in the window that failed. They are not compared.</param>
/// <param name="Columns">The input columns in the order of the model's signature.</param>
/// <param name="Label">What was true in the window against what was true in the reference; null when too little is known.</param>
public sealed record DriftReport(
    long ReferenceRows,
    long Rows,
    long FailedRows,
    IReadOnlyList<ColumnDrift> Columns,
    LabelDrift? Label) : MonitorSection(DriftCheck.CheckName)
{
    /// <summary>Gets the outputs of the model. They are compared with those of the reference or, as training data have none, with the first predictions that the version made before the window.</summary>
    public IReadOnlyList<ColumnDrift> Predictions { get; init; } = [];

    /// <summary>Gets the chunks of the window, each against the reference; none when the window was not cut.</summary>
    public IReadOnlyList<ChunkDrift> Chunks { get; init; } = [];

    /// <summary>Gets the segments of the window, each against the same segment of the training data; none when none were asked for.</summary>
    public IReadOnlyList<SegmentDrift> Segments { get; init; } = [];

    /// <summary>Gets whether a column, an output or the label has drifted, in the window or in one of its chunks or segments.</summary>
    public bool HasDrift => Drifted.Count > 0;

    /// <summary>Gets the names of what has drifted, in the window or in one of its chunks or segments: columns in their order, outputs, then the label.</summary>
    public IReadOnlyList<string> Drifted => [.. new[] { Columns, Predictions }
        .SelectMany((part, i) => part.Select(c => c.Column).Where(name => part.Concat(Chunks.SelectMany(c => i == 0 ? c.Columns : c.Predictions)).Concat(Segments.SelectMany(s => i == 0 ? s.Columns : [])).Any(c => c.Column == name && c.IsDrifted)))
        .Concat(Chunks.Select(c => c.Label).Concat(Segments.Select(s => s.Label)).Append(Label).OfType<LabelDrift>().Where(l => l.IsDrifted).Select(l => l.Label).Distinct())];

    /// <summary>Gives the summary and a line for each alarm.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join('\n', [Summary, .. Alarms.Select(a => a.ToString())]);
}

/// <summary>How a chunk of the window differs from the reference.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Columns">The input columns in the order of the model's signature.</param>
/// <param name="Predictions">The outputs.</param>
/// <param name="Label">What was true in it; null when too little is known.</param>
public sealed record ChunkDrift(Chunk Chunk, IReadOnlyList<ColumnDrift> Columns, IReadOnlyList<ColumnDrift> Predictions, LabelDrift? Label);

/// <summary>How the rows of one value of a column differ from the rows of the same value in the training data.</summary>
/// <param name="Segment">The segment, as <c>origin=ORD</c>.</param>
/// <param name="Rows">The predictions in it.</param>
/// <param name="Columns">The other input columns in the order of the model's signature.</param>
/// <param name="Label">What was true in it; null when too little is known.</param>
public sealed record SegmentDrift(string Segment, long Rows, IReadOnlyList<ColumnDrift> Columns, LabelDrift? Label);

/// <summary>How one column differs.</summary>
/// <param name="Column">The column.</param>
/// <param name="Type">Its type in the reference.</param>
/// <param name="Status">Whether it drifted, or why nothing can be said.</param>
/// <param name="Psi">The population stability index; NaN when it was not compared.</param>
/// <param name="NoiseLevel">The index that is to be expected when nothing has changed; NaN when it was not compared.</param>
/// <param name="PValue">The chance of such an index when nothing has changed, adjusted for all comparisons of the report (Benjamini and Hochberg); NaN when it was not compared.</param>
/// <param name="ReferenceMissing">The share of missing values in the reference.</param>
/// <param name="Missing">The share of missing values in the window; NaN without rows.</param>
/// <param name="MissingPValue">The chance of so different a share when nothing has changed, adjusted in the same way; NaN when it was not compared.</param>
/// <param name="Sentence">What was found, for people. It may name values of the column.</param>
public sealed record ColumnDrift(
    string Column,
    ColumnType Type,
    DriftStatus Status,
    double Psi,
    double NoiseLevel,
    double PValue,
    double ReferenceMissing,
    double Missing,
    double MissingPValue,
    string Sentence)
{
    /// <summary>Gets the comparison: counts in bins for pictures, the test that was made, every distance beside its noise. Its p-values are those of single tests, not adjusted.</summary>
    public ColumnChange Change { get; init; } = new(0, 0, 0, 0);

    /// <summary>Gets the chance of so many rows of categories that the reference never had, adjusted in the same way; NaN when it was not computed.</summary>
    public double UnseenPValue { get; init; } = double.NaN;

    /// <summary>Gets what happened where it is not the distribution alone: missing, there (after it was missing), unseen; else null.</summary>
    public string? Direction { get; init; }

    /// <summary>Gets whether it drifted.</summary>
    public bool IsDrifted => Status == DriftStatus.Drifted;
}

/// <summary>What can be said of a column.</summary>
public enum DriftStatus
{
    /// <summary>Nothing can be said: it is of a type that always moves, is ignored, could not be read, or there are too few rows.</summary>
    NotCompared,

    /// <summary>It has not moved far enough to matter, or chance explains it.</summary>
    Stable,

    /// <summary>It has moved: far enough to matter, and chance does not explain it.</summary>
    Drifted,
}

/// <summary>How what was true differs.</summary>
/// <param name="Label">The column that the model predicts.</param>
/// <param name="Reference">Its mean in training, or its share of true.</param>
/// <param name="Current">The same of the true values known in the window.</param>
/// <param name="ReferenceRows">How many values that is in training.</param>
/// <param name="Rows">How many true values are known in the window.</param>
/// <param name="PValue">The chance of so different a mean when nothing has changed, adjusted for all comparisons of the report.</param>
/// <param name="IsDrifted">Whether it changed enough to matter and chance does not explain it.</param>
/// <param name="Sentence">What was found, for people.</param>
public sealed record LabelDrift(string Label, double Reference, double Current, long ReferenceRows, long Rows, double PValue, bool IsDrifted, string Sentence);
