namespace MlOps.DataValidation;

/// <summary>Relaxes a schema until it allows data.</summary>
internal static class SchemaRelaxation
{
    public static DataSchema Relax(DataSchema schema, DatasetFacts facts, string? environment, Controls controls, InferenceOptions options)
    {
        var findings = AnomalyFinder.Find(schema, facts, environment, controls).Where(f => f.Column is not null).ToDictionary(f => f.Column!, f => f.Findings.Found, StringComparer.Ordinal);
        var columns = schema.Columns.Select(c => findings.TryGetValue(c.Name, out var found) ? Relax(c, found) : c).ToList();
        foreach (var data in facts.Columns.Where(c => findings.ContainsKey(c.Name) && !schema.TryGet(c.Name, out _)))
        {
            if (SchemaInference.Infer(data, options) is { } column) columns.Add(column);
        }

        var relaxed = schema with { Columns = columns, Rows = RowChecks.Relax(schema.Rows, facts, controls) };
        return relaxed == schema ? schema : relaxed with { Version = schema.Version + 1 };
    }

    public static ColumnSchema Relax(ColumnSchema column, IEnumerable<(Anomaly Anomaly, Func<ColumnSchema, ColumnSchema> Relax)> found) =>
        found.Aggregate(column, (relaxed, anomaly) => anomaly.Relax(relaxed));
}
