using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>All that is kept of the training data of a version.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Columns">The input columns, in order.</param>
/// <param name="Label">The label; null when there is none that can be compared.</param>
internal sealed record ReferenceProfile(long Rows, IReadOnlyList<ReferenceColumn> Columns, ReferenceLabel? Label);

/// <summary>What is kept of one input column.</summary>
/// <param name="Column">The column.</param>
internal sealed record ReferenceColumn(Column Column)
{
    /// <summary>Why it cannot be compared; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The rows without a value.</summary>
    public long Missing { get; init; }

    /// <summary>The bins of a column of numbers, and how many rows fell into each.</summary>
    public NumericBins? Bins { get; init; }

    public long[] Counts { get; init; } = [];

    /// <summary>How often each category occurs.</summary>
    public IReadOnlyDictionary<string, long>? Categories { get; init; }

    /// <summary>The rows of categories beyond the first so many.</summary>
    public long Overflow { get; init; }
}

/// <summary>What is kept of the label.</summary>
/// <param name="Name">The column.</param>
/// <param name="IsShare">Whether it is true or false, so that its mean is a share.</param>
/// <param name="Moments">Its count, mean and variance.</param>
internal sealed record ReferenceLabel(string Name, bool IsShare, RunningMoments Moments);
