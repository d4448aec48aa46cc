using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>What a schema may not say.</summary>
internal static class SchemaRules
{
    /// <exception cref="SchemaException">A column says something impossible, or two have one name.</exception>
    public static void ThrowIfImpossible(IReadOnlyList<ColumnSchema> columns)
    {
        var problems = new List<SchemaProblem>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            ArgumentNullException.ThrowIfNull(column, nameof(columns));
            problems.AddRange(Check(column));
            if (column.Name is not null && !names.Add(column.Name))
                problems.Add(new(AnomalyKind.InvalidSchema, column.Name, $"Column '{column.Name}' stands twice in the schema. Remove or rename one of the two."));
        }

        if (problems.Count > 0) throw new SchemaException(problems);
    }

    /// <exception cref="SchemaException">The limits are impossible.</exception>
    public static void ThrowIfImpossible(RowLimits rows)
    {
        var problems = new List<SchemaProblem>();
        if (rows.Min < 0 || rows.Max < 0 || rows.Min > rows.Max)
            problems.Add(new(AnomalyKind.InvalidSchema, null, Invariant($"No dataset has at least {rows.Min} and at most {rows.Max} rows.")));
        foreach (var ratio in new[] { rows.Drift, rows.Version })
        {
            if (ratio is not null && (IsBad(ratio.Min) || IsBad(ratio.Max) || ratio.Min < 0 || ratio.Min > ratio.Max))
                problems.Add(new(AnomalyKind.InvalidSchema, null, Invariant($"Numbers of rows never have a ratio of at least {ratio.Min} and at most {ratio.Max}.")));
        }

        if (problems.Count > 0) throw new SchemaException(problems);
    }

    public static IReadOnlyList<SchemaProblem> Check(ColumnSchema column)
    {
        var problems = new List<SchemaProblem>();
        Repair(column, problems);
        return problems;
    }

    /// <summary>Finds what is impossible in a column, and takes it away, so that the rest can still be validated.</summary>
    /// <returns>The column without its problems; null when nothing is left of it.</returns>
    public static ColumnSchema? Repair(ColumnSchema column, ICollection<SchemaProblem> problems)
    {
        var found = new Finding(column.Name, problems);
        if (string.IsNullOrEmpty(column.Name))
        {
            found.Add(AnomalyKind.MissingName, "A column has no name. Give it one.");
            return null;
        }

        if (!ValueRules.IsType(column.Type))
        {
            found.Add(AnomalyKind.MissingType, $"Column '{column.Name}' has no type. Name it; for lists it is that of their innermost values.");
            return null;
        }

        column = CheckPresence(column, found);
        column = CheckLists(column, found);
        column = ValueRules.Check(column, found);
        column = ComparatorRules.Check(column, found);
        return CheckLife(column, found);
    }

    public static bool IsBad(double? value) => value is { } number && !double.IsFinite(number);

    private static ColumnSchema CheckPresence(ColumnSchema column, Finding found)
    {
        var presence = column.Presence ?? Presence.Optional;
        if (presence is { MinFraction: >= 0 and <= 1, MinCount: >= 0 }) return column;
        found.Add(AnomalyKind.InvalidSchema, Invariant($"Column '{column.Name}' is to have a value in a share of {presence.MinFraction} of the rows and in {presence.MinCount} rows. The share lies between 0 and 1, the number is not negative."));
        return column with { Presence = new(double.IsNaN(presence.MinFraction) ? 0 : Math.Clamp(presence.MinFraction, 0, 1), Math.Max(0, presence.MinCount)) };
    }

    private static ColumnSchema CheckLists(ColumnSchema column, Finding found)
    {
        if (column.Lists?.Any(l => l.Min < 0 || l.Max < l.Min) == true)
        {
            found.Add(AnomalyKind.InvalidSchema, $"Column '{column.Name}' is to have lists of an impossible length: {string.Join(", ", column.Lists)}.");
            column = column with { Lists = [.. column.Lists.Select(l => new CountRange(Math.Max(0, l.Min), l.Max < l.Min ? Math.Max(0, l.Min) : l.Max))] };
        }

        if (column.Shape is null || (column.Shape.Count > 0 && column.Shape.All(d => d > 0))) return column;
        found.Add(AnomalyKind.InvalidSchema, $"Column '{column.Name}' is to have the shape [{string.Join(", ", column.Shape)}]. A shape has at least one dimension, and each is at least 1.");
        return column with { Shape = null };
    }

    private static ColumnSchema CheckLife(ColumnSchema column, Finding found)
    {
        if (!Enum.IsDefined(column.Lifecycle))
        {
            found.Add(AnomalyKind.InvalidSchema, $"Column '{column.Name}' is in a stage of life that there is not: {column.Lifecycle}.");
            column = column with { Lifecycle = LifecycleStage.Production };
        }

        var both = column.InEnvironments.Intersect(column.NotInEnvironments).ToList();
        if (both.Count == 0) return column;
        found.Add(AnomalyKind.InvalidSchema, $"Column '{column.Name}' is both expected and not expected in {string.Join(", ", both)}.");
        return column with { NotInEnvironments = [.. column.NotInEnvironments.Except(both)] };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Collects the problems of one column.</summary>
internal readonly struct Finding(string? column, ICollection<SchemaProblem> problems)
{
    public void Add(AnomalyKind kind, string message) => problems.Add(new(kind, string.IsNullOrEmpty(column) ? null : column, message));
}
