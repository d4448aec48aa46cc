using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Which comparators fit which types.</summary>
internal static class ComparatorRules
{
    public static ColumnSchema Check(ColumnSchema column, Finding found) => column with
    {
        Drift = Check(column, column.Drift, "drift", found),
        Skew = Check(column, column.Skew, "skew", found),
    };

    private static Comparator? Check(ColumnSchema column, Comparator? comparator, string role, Finding found)
    {
        if (comparator is null) return null;
        if (comparator == new Comparator()) found.Add(AnomalyKind.InvalidSchema, $"The {role} comparator of column '{column.Name}' has no threshold. Give it one, or leave it out.");
        return comparator with
        {
            LInfinity = Check(column, comparator.LInfinity, "L-infinity", role, categories: true, found),
            JensenShannon = Check(column, comparator.JensenShannon, "Jensen-Shannon", role, categories: false, found),
            NormalizedDifference = Check(column, comparator.NormalizedDifference, "normalised difference", role, categories: true, found),
        } is var usable && usable == new Comparator() ? null : usable;
    }

    private static double? Check(ColumnSchema column, double? threshold, string measure, string role, bool categories, Finding found)
    {
        if (threshold is not { } value) return null;
        if (categories && !column.HasCategories)
        {
            found.Add(AnomalyKind.InvalidSchema, $"The {role} of column '{column.Name}' cannot be measured by {measure}, which compares the shares of categories: the column is of the type {column.Type}. "
                + (column.Type == ValueKind.Integer ? "Use Jensen-Shannon, or say that its integers are categorical." : "Use Jensen-Shannon."));
            return null;
        }

        if (column.Type == ValueKind.Binary)
        {
            found.Add(AnomalyKind.InvalidSchema, $"The {role} of column '{column.Name}' cannot be measured: bytes have no distribution that could be compared.");
            return null;
        }

        if (value is >= 0 and <= 1) return value;
        found.Add(AnomalyKind.InvalidSchema, string.Create(CultureInfo.InvariantCulture, $"The {role} of column '{column.Name}' has the threshold {value} for {measure}. It lies between 0 and 1."));
        return null;
    }
}
