namespace MlOps.DataValidation;

/// <summary>One difference between two schemas.</summary>
/// <param name="Column">The column; null when it is about the whole schema.</param>
/// <param name="What">What differs, as it is called in the text of a schema; null when the whole column came or went.</param>
/// <param name="Before">What it was; null when it was not said.</param>
/// <param name="After">What it is; null when it is no longer said.</param>
public sealed record SchemaChange(string? Column, string? What, string? Before, string? After)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var place = Column is null ? "schema" : $"column {Column}";
        if (What is null) return Before is null ? $"{place}: added ({After})" : $"{place}: removed ({Before})";
        return $"{place}: {What} {(Before is null ? $"set to {After}" : After is null ? $"no longer {Before}" : $"{Before} -> {After}")}";
    }
}

/// <summary>What changed from one schema to another.</summary>
/// <param name="Changes">The changes: of the whole schema first, then column by column.</param>
public sealed record SchemaDiff(IReadOnlyList<SchemaChange> Changes)
{
    /// <summary>Gets a value indicating whether nothing changed.</summary>
    public bool IsEmpty => Changes.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "no changes" : string.Join('\n', Changes);

    internal static SchemaDiff Between(DataSchema before, DataSchema after)
    {
        var (old, young) = (SchemaText.Write(before), SchemaText.Write(after));
        var changes = new List<SchemaChange>(Compare(null, old, young).Where(c => c.What != "columns"));
        var (oldColumns, youngColumns) = (old["columns"], young["columns"]);
        foreach (var name in before.Columns.Concat(after.Columns).Select(c => c.Name).Distinct(StringComparer.Ordinal))
        {
            var (was, isNow) = (oldColumns?[name], youngColumns?[name]);
            if (was is null || isNow is null) changes.Add(new(name, null, was?.ToString(), isNow?.ToString()));
            else changes.AddRange(Compare(name, was, isNow));
        }

        if (!before.Columns.Select(c => c.Name).Where(n => after.TryGet(n, out _)).SequenceEqual(after.Columns.Select(c => c.Name).Where(n => before.TryGet(n, out _))))
            changes.Insert(0, new(null, "order of columns", string.Join(", ", before.Columns.Select(c => c.Name)), string.Join(", ", after.Columns.Select(c => c.Name))));
        return new(changes);
    }

    private static IEnumerable<SchemaChange> Compare(string? column, TextNode before, TextNode after) =>
        from key in before.Keys.Concat(after.Keys).Distinct(StringComparer.Ordinal)
        let was = before[key]?.ToString()
        let isNow = after[key]?.ToString()
        where was != isNow
        select new SchemaChange(column, key, was, isNow);
}
