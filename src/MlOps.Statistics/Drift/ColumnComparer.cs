namespace MlOps.Statistics;

/// <summary>Compares a column with its reference, profile against profile: in time and memory that do not depend on the rows.</summary>
/// <remarks>
/// <para>
/// The tests hold their level whatever the sizes of the two samples, because all of them are made given what both samples have together, of which either one is a random part when nothing has changed: bins are made of
/// both samples, never of one; each has five rows or more to expect in the smaller sample; and where that cannot be had the chance is counted by drawing anew. Numbers are judged by the Kolmogorov-Smirnov test, which sees
/// shifts, and by Pearson's in up to ten bins, which sees changes of shape; the chance is twice the smaller of the two (Bonferroni). Rows are taken as independent.
/// </para>
/// <para>
/// Distances are measured in bins that people know from the reference: tenths of it, a bin for each of few values, the most frequent categories; what lies outside of its range has bins of its own.
/// </para>
/// </remarks>
public static class ColumnComparer
{
    /// <summary>Compares two profiles of a column.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="current">What is compared with it.</param>
    /// <param name="categories">How many categories are shown and measured on their own, at least 1; the others are counted together.</param>
    /// <returns>What was found. Points in time always move and are not compared; nor are lists, byte strings, and values of another kind than in the reference. The share of missing values always is.</returns>
    public static ColumnChange Compare(ColumnProfile reference, ColumnProfile current, int categories = 20)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 1);
        var (missing, missingNow) = (MissingOf(reference), MissingOf(current));
        var change = new ColumnChange(reference.Rows, current.Rows, missing, missingNow)
        {
            MissingPValue = FisherExact.PValue(missing, reference.Rows, missingNow, current.Rows),
        };
        if (reference.Rows == 0 || current.Rows == 0) return change with { Problem = reference.Rows == 0 ? "The reference has no rows." : "There are no rows." };
        if (reference.Rows == missing || current.Rows == missingNow) return change with { Problem = reference.Rows == missing ? "The reference has no values." : "Every value is missing." };
        if (IsNumeric(reference) && IsNumeric(current)) return NumberComparison.Compare(change, NumbersOf(reference), NumbersOf(current));
        if (reference.Kind != current.Kind) return change with { Problem = $"The values were {reference.Kind} and are {current.Kind}." };
        if (reference.Kind is not (ValueKind.Boolean or ValueKind.Text)) return change with { Problem = $"Not compared: a {reference.Kind} always moves." };
        return CategoryTable.Of(reference, current) is { } table
            ? CategoryComparison.Compare(change, table, reference.Texts?.Lengths, current.Texts?.Lengths, categories)
            : change with { Problem = "Not compared: values were kept out of the profile." };
    }

    private static bool IsNumeric(ColumnProfile column) => column.Kind is ValueKind.Integer or ValueKind.Real or ValueKind.Decimal or ValueKind.Duration;

    private static NumberStatistics NumbersOf(ColumnProfile column) => column.Numbers ?? column.Times!.Ticks;

    private static long MissingOf(ColumnProfile column) => column.Missing + (column.Numbers?.NaN ?? 0);
}
