using Apache.Arrow;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>How rows are divided into slices that are profiled by themselves.</summary>
public sealed class Slicing
{
    private Slicing(string name, IReadOnlyList<string> columns, Func<RecordBatch, int, bool>? predicate) => (Name, Columns, Predicate) = (name, columns, predicate);

    internal string Name { get; }

    internal IReadOnlyList<string> Columns { get; }

    internal Func<RecordBatch, int, bool>? Predicate { get; }

    /// <summary>Makes a slice of each value of a column, or of each combination of the values of several; a missing value is one of them.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>The slicing; its slices are called as in <c>carrier=AA, late=true</c>.</returns>
    public static Slicing By(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0) throw new ArgumentException("Name at least one column.", nameof(columns));
        return new(string.Join(", ", columns), columns, null);
    }

    /// <summary>Makes one slice of the rows for which a predicate holds.</summary>
    /// <param name="name">The name of the slice.</param>
    /// <param name="predicate">Says whether a row of a batch belongs to it.</param>
    /// <returns>The slicing.</returns>
    public static Slicing Where(string name, Func<RecordBatch, int, bool> predicate)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(predicate);
        return new(name, [], predicate);
    }
}

/// <summary>The profile of a dataset and those of its slices.</summary>
/// <param name="Whole">The profile of all rows.</param>
/// <param name="Slices">The profiles of the slices by name, in ordinal order of the names.</param>
public sealed record SlicedProfile(DatasetProfile Whole, IReadOnlyDictionary<string, DatasetProfile> Slices);
