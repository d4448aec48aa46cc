namespace MlOps.Training;

/// <summary>How the columns of a dataset are shown to ML.NET.</summary>
public sealed record DataViewOptions
{
    /// <summary>Gets the columns that keep their full width: Int64 instead of Single for integers, Double instead of Single for fractions.</summary>
    /// <value>
    /// The default is none: every number is a Single, as the trainers of ML.NET want their features, and integers above 2^24 are rounded.
    /// A missing value in an exact integer column is an error, for ML.NET's integers know none.
    /// </value>
    public IReadOnlyList<string> ExactColumns { get; init; } = [];

    /// <summary>Gets a column of numbers 0 and 1 that is shown as Boolean; null for none.</summary>
    internal string? BooleanColumn { get; init; }
}
