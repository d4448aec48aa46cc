namespace MlOps.DataValidation;

/// <summary>Finds columns by name: exactly, or else without regard to case when only one fits.</summary>
internal static class ColumnNames
{
    public static int Find(IReadOnlyList<DataColumn> columns, string name)
    {
        var exact = Matches(columns, name, StringComparison.Ordinal);
        if (exact.Count > 1) throw new CheckException($"Column '{name}' stands {exact.Count} times in the data, so it is not known which one is meant. Rename or drop all but one.");
        if (exact.Count == 1) return exact[0];
        var alike = Matches(columns, name, StringComparison.OrdinalIgnoreCase);
        if (alike.Count == 1) return alike[0];
        var there = columns.Count == 0 ? "no columns" : Listed(columns);
        throw new CheckException($"There is no column '{name}'. The data has {there}. Correct the name, or add the column.");
    }

    private static List<int> Matches(IReadOnlyList<DataColumn> columns, string name, StringComparison comparison)
    {
        var found = new List<int>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name.Equals(name, comparison)) found.Add(i);
        }

        return found;
    }

    private static string Listed(IReadOnlyList<DataColumn> columns)
    {
        const int Most = 20;
        var names = string.Join(", ", columns.Take(Most).Select(c => c.Name));
        return columns.Count > Most ? $"{names} and {columns.Count - Most} more" : names;
    }
}
