using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>The facts of the columns of a dataset, and its number of rows.</summary>
internal sealed record DatasetFacts(long Rows, IReadOnlyList<ColumnFacts> Columns)
{
    private readonly Dictionary<string, ColumnFacts> _byName = Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);

    public ColumnFacts? this[string name] => _byName.GetValueOrDefault(name);

    public static DatasetFacts? Of(DatasetProfile? profile) =>
        profile is null ? null : new(profile.Rows, [.. profile.Columns.Select(name => ColumnFacts.Of(name, profile[name], profile.Rows))]);
}

/// <summary>The other data that a dataset is compared with.</summary>
internal sealed record Controls(DatasetFacts? Previous = null, DatasetFacts? Serving = null, DatasetFacts? PreviousVersion = null);

/// <summary>Holds a dataset to a schema. A column that cannot be validated does not keep the others from it.</summary>
internal static class AnomalyFinder
{
    /// <summary>Finds the anomalies of every column, in the order of the report.</summary>
    public static IEnumerable<(string? Column, Findings Findings)> Find(DataSchema schema, DatasetFacts facts, string? environment, Controls controls)
    {
        yield return (null, RowChecks.Check(schema.Rows, facts, controls));
        foreach (var column in schema.Columns.Where(c => c.IsValidated)) yield return (column.Name, Find(schema, column, facts, environment, controls));
        foreach (var data in facts.Columns.Where(c => !schema.AllowsNewColumns && !schema.TryGet(c.Name, out _)))
        {
            var found = new Findings(data.Name);
            found.Add(AnomalyKind.NewColumn, data.Kind.ToString(), "no such column", $"Column '{data.Name}' is in the data, but not in the schema.", c => c);
            yield return (data.Name, found);
        }
    }

    private static Findings Find(DataSchema schema, ColumnSchema column, DatasetFacts facts, string? environment, Controls controls)
    {
        var found = new Findings(column.Name);
        try
        {
            var isExpected = schema.IsExpected(column, environment);
            if (facts[column.Name] is not { } data)
            {
                if (isExpected && column.Presence.IsRequired)
                {
                    found.Add(AnomalyKind.MissingColumn, "no such column", "a column",
                        $"Column '{column.Name}' is required{(environment is null ? "" : $" in environment '{environment}'")}, but the data has no such column.", ColumnChecks.Deprecate);
                }

                return found;
            }

            ColumnChecks.Check(column, data, isExpected, environment, found);
            if (data.Present == 0) return found;
            if (controls.Previous is not null) ComparatorChecks.Check(column, data, controls.Previous[column.Name], isDrift: true, found);
            if (controls.Serving is not null) ComparatorChecks.Check(column, data, controls.Serving[column.Name], isDrift: false, found);
        }
#pragma warning disable CA1031 // Whatever it is, the other columns are validated and this one is reported.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            found.Add(AnomalyKind.NotValidated, e.GetType().Name, null, $"Column '{column.Name}' could not be validated: {e.Message}", c => c);
        }

        return found;
    }
}
