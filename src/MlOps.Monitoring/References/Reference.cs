using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>What the predictions of a version are compared with.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Columns">The input columns of the version, in order.</param>
/// <param name="Label">The label; null when there is none that can be compared.</param>
/// <param name="IsTraining">Whether it was fitted to the training data; else to something that the host chose.</param>
internal sealed record Reference(DatasetProfile Profile, IReadOnlyList<ReferenceColumn> Columns, ReferenceLabel? Label, bool IsTraining)
{
    /// <summary>Profiles of equal parts of the reference, for limits that are asked for in their standard deviations.</summary>
    public IReadOnlyList<DatasetProfile> Parts { get; init; } = [];

    /// <summary>Profiles of the segments of the reference that are compared by themselves.</summary>
    public IReadOnlyDictionary<Segment, DatasetProfile> Segments { get; init; } = new Dictionary<Segment, DatasetProfile>();

    /// <summary>Whether it is one of the segments of a reference.</summary>
    public bool IsSegment { get; init; }

    /// <summary>What stands behind a figure of the reference in a sentence.</summary>
    public string Where => IsTraining ? "in training" : "in the reference";

    /// <summary>Gives a segment as a reference of its own. Its column is constant in it and is not compared.</summary>
    public Reference Of(Segment segment)
    {
        var profile = Segments[segment];
        var label = Label is null || !profile.TryGet(PredictionColumns.Truth, out var truth) || truth.Numbers is not { Count: > 0 } values ? null : Label with { Values = values };
        return this with
        {
            Profile = profile,
            Columns = [.. Columns.Where(c => c.Column.Name != segment.Column)],
            Label = label,
            Parts = [],
            Segments = new Dictionary<Segment, DatasetProfile>(),
            IsSegment = true,
        };
    }
}

/// <summary>An input column of the version.</summary>
/// <param name="Column">The column.</param>
/// <param name="Problem">Why it cannot be compared; null when it can.</param>
internal sealed record ReferenceColumn(Column Column, string? Problem);

/// <summary>What is kept of the label.</summary>
/// <param name="Name">The column.</param>
/// <param name="IsShare">Whether it is true or false, so that its mean is a share.</param>
/// <param name="Values">Its profile.</param>
internal sealed record ReferenceLabel(string Name, bool IsShare, NumberStatistics Values);
