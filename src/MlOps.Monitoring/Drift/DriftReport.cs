using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>How the predictions of a window differ from the data that the model was trained on.</summary>
/// <param name="ReferenceRows">The rows that the model was trained on.</param>
/// <param name="Rows">The predictions that were compared.</param>
/// <param name="FailedRows">The predictions in the window that failed. They are not compared.</param>
/// <param name="Columns">The input columns in the order of the model's signature.</param>
/// <param name="Label">What was true in the window against what was true in training; null when too little is known.</param>
public sealed record DriftReport(
    long ReferenceRows,
    long Rows,
    long FailedRows,
    IReadOnlyList<ColumnDrift> Columns,
    LabelDrift? Label) : MonitorSection(DriftCheck.CheckName)
{
    /// <summary>Gets whether a column or the label has drifted.</summary>
    public bool HasDrift => Label is { IsDrifted: true } || Columns.Any(c => c.IsDrifted);

    /// <summary>Gets the names of what has drifted: columns in their order, then the label.</summary>
    public IReadOnlyList<string> Drifted => [.. Columns.Where(c => c.IsDrifted).Select(c => c.Column), .. Label is { IsDrifted: true } ? [Label.Label] : Array.Empty<string>()];

    /// <summary>Gives the summary and a line for each column that drifted.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join('\n', [Summary, .. Alarms.Select(a => a.ToString())]);
}

/// <summary>How one input column differs.</summary>
/// <param name="Column">The column.</param>
/// <param name="Type">Its type in training.</param>
/// <param name="Status">Whether it drifted, or why nothing can be said.</param>
/// <param name="Psi">The population stability index; NaN when it was not compared.</param>
/// <param name="NoiseLevel">The index that is to be expected when nothing has changed; NaN when it was not compared.</param>
/// <param name="PValue">The chance of such an index when nothing has changed, adjusted for all comparisons of the report (Benjamini and Hochberg); NaN when it was not compared.</param>
/// <param name="ReferenceMissing">The share of missing values in training.</param>
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
