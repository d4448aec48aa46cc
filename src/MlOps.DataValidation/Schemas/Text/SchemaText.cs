using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>A schema as a tree of text: in a stable order, without what is at its default; read strictly.</summary>
internal static class SchemaText
{
    public static string Fingerprint(DataSchema schema) => Sha256.Hex(SchemaJson.Write(Write(schema)));

    public static TextNode Write(DataSchema schema)
    {
        var columns = TextNode.Map();
        foreach (var column in schema.Columns) columns.Put(column.Name, ColumnFields.Write(column));
        return TextNode.Map()
            .Put("name", TextValue.Text(schema.Name))
            .Put("version", TextValue.Unless(schema.Version, 1))
            .Put("defaultEnvironments", TextValue.Texts(schema.DefaultEnvironments))
            .Put("allowsNewColumns", schema.AllowsNewColumns ? TextValue.Flag(true) : null)
            .Put("rows", WriteRows(schema.Rows))
            .Put("columns", columns);
    }

    /// <exception cref="SchemaException">The text has a key that no schema has, or says something impossible.</exception>
    public static DataSchema Read(TextNode root)
    {
        var problems = new List<SchemaProblem>();
        var schema = new DataSchema();
        var columns = new List<ColumnSchema>();
        var limits = RowLimits.None;
        TextValue.Entries(root, null, problems, (key, value) =>
        {
            switch (key)
            {
                case "name": schema = schema with { Name = TextValue.Text(value, key) }; break;
                case "version": schema = schema with { Version = (int)Math.Min(int.MaxValue, TextValue.Count(value, key)) }; break;
                case "defaultEnvironments": schema = schema with { DefaultEnvironments = TextValue.Texts(value, key) }; break;
                case "allowsNewColumns": schema = schema with { AllowsNewColumns = TextValue.Flag(value, key) }; break;
                case "rows": limits = ReadRows(value, problems); break;
                case "columns": columns = ReadColumns(value, problems); break;
                default: throw TextValue.Unknown(key, null, value.Line, ["name", "version", "defaultEnvironments", "allowsNewColumns", "rows", "columns"]);
            }
        });
        if (root is { IsMap: true } && root["columns"] is null) problems.Add(new(AnomalyKind.InvalidSchema, null, "The schema has no columns.", root.Line));
        try
        {
            schema = schema with { Rows = limits };
        }
        catch (SchemaException e)
        {
            problems.AddRange(e.Problems.Select(p => p with { Line = root["rows"]?.Line }));
        }

        return problems.Count == 0 ? schema with { Columns = columns } : throw new SchemaException([.. problems.OrderBy(p => p.Line)]);
    }

    private static List<ColumnSchema> ReadColumns(TextNode node, List<SchemaProblem> problems)
    {
        var columns = new List<ColumnSchema>();
        TextValue.Entries(node, null, problems, (name, value) =>
        {
            var before = problems.Count;
            var column = ColumnFields.Read(name, value, problems);
            if (problems.Count == before) problems.AddRange(SchemaRules.Check(column).Select(p => p with { Line = value.Line }));
            columns.Add(column);
        });
        return columns;
    }

    private static TextNode? WriteRows(RowLimits rows) => rows == RowLimits.None ? null : TextNode.Map()
        .Put("min", TextValue.Number(rows.Min))
        .Put("max", TextValue.Number(rows.Max))
        .Put("drift", TextValue.Range(rows.Drift))
        .Put("version", TextValue.Range(rows.Version));

    private static RowLimits ReadRows(TextNode node, List<SchemaProblem> problems)
    {
        var rows = RowLimits.None;
        TextValue.Entries(node, null, problems, (key, value) => rows = key switch
        {
            "min" => rows with { Min = TextValue.Count(value, key) },
            "max" => rows with { Max = TextValue.Count(value, key) },
            "drift" => rows with { Drift = TextValue.Range(value, null, problems) },
            "version" => rows with { Version = TextValue.Range(value, null, problems) },
            _ => throw TextValue.Unknown(key, null, value.Line, ["min", "max", "drift", "version"]),
        });
        return rows;
    }
}
