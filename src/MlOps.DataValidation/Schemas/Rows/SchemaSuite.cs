using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Compiles a schema to the expectations that say the same of rows.</summary>
internal static class SchemaSuite
{
    /// <summary>Compiles a schema for data with these columns; null when it is not known which there are, and then every expected column must be there.</summary>
    public static ExpectationSuite Compile(DataSchema schema, string? environment, IReadOnlyCollection<string>? columns)
    {
        var expectations = new List<Expectation>();
        if (schema.Rows.Min is not null || schema.Rows.Max is not null) expectations.Add(new RowCountBetween(schema.Rows.Min, schema.Rows.Max));
        if (columns is not null && !schema.AllowsNewColumns) expectations.Add(new ColumnsMatch([.. columns.Where(name => Knows(schema, name, environment))]));
        foreach (var column in schema.Columns.Where(c => c.IsValidated && schema.IsExpected(c, environment)))
        {
            var isThere = columns?.Contains(column.Name) ?? true;
            if (column.Presence.IsRequired) expectations.Add(new ColumnExists(column.Name));
            if (isThere && (columns is not null || column.Presence.IsRequired)) expectations.AddRange(ColumnSuite.Compile(column));
        }

        return new(schema.Name ?? "schema", expectations);
    }

    private static bool Knows(DataSchema schema, string name, string? environment) => schema.TryGet(name, out var column) && (!column.IsValidated || schema.IsExpected(column, environment));
}

/// <summary>Compiles what a schema says of one column. Lists are judged by their profile alone.</summary>
internal static class ColumnSuite
{
    public static IEnumerable<Expectation> Compile(ColumnSchema column)
    {
        if (column.Presence.MinFraction > 0) yield return new NotNull(column.Name) { Mostly = column.Presence.MinFraction };
        if (column.Lists is not { Count: 0 } || column.Shape is not null) yield break;
        if (TypeOf(column.Type) is { } type) yield return new OfType(column.Name, [type]);
        foreach (var expectation in Values(column)) yield return expectation;
        if (column.IsUnique) yield return new Unique([column.Name]);
        if (column.Distinct is { } distinct) yield return new StatisticBetween(column.Name, Statistic.DistinctCount, distinct.Min, distinct.Max is { } max ? max : default(Scalar));
    }

    private static IEnumerable<Expectation> Values(ColumnSchema column)
    {
        var (name, range) = (column.Name, column.Range ?? new());
        if (column.Domain is { } domain) yield return new ValuesInSet(name, [.. domain.Select(v => new Scalar(v))]) { Mostly = column.MinDomainMass ?? 1 };
        if (column is { Type: ValueKind.Text, ReadsAs: ValueKind.Boolean }) yield return new ValuesInSet(name, [.. new[] { column.TrueText, column.FalseText }.Where(t => t is not null).Select(t => new Scalar(t))]);
        else if (column.Type == ValueKind.Text && column.ReadsAs is not null) yield return new ReadsAsNumber(name, column.ReadsAs == ValueKind.Integer, range.Min, range.Max, column.AllowsNaN, column.AllowsInfinity);
        else if (column.ReadsAs == ValueKind.Boolean) yield return new ValuesInSet(name, column.Type == ValueKind.Integer ? [0L, 1L] : [0.0, 1.0]);
        else if (column.Type == ValueKind.Real && !(column.AllowsNaN && column.AllowsInfinity && column.Range is null))
        {
            if (!column.AllowsNaN && !column.AllowsInfinity) yield return new Finite(name);
            if (!column.AllowsNaN && !column.AllowsInfinity && column.Range is not null) yield return new ValuesBetween(name, End(range.Min), End(range.Max));
            else if (column.AllowsNaN || column.AllowsInfinity) yield return new RealBetween(name, range.Min, range.Max, column.AllowsNaN, column.AllowsInfinity);
        }
        else if (column.Range is not null) yield return new ValuesBetween(name, End(range.Min), End(range.Max));
        if (column.Times is not { } times) yield break;
        yield return column.Type == ValueKind.Date
            ? new ValuesBetween(name, times.Earliest is { } first ? DateOnly.FromDateTime(first) : default(Scalar), times.Latest is { } last ? DateOnly.FromDateTime(last) : default(Scalar))
            : new ValuesBetween(name, times.Earliest is { } from ? from : default(Scalar), times.Latest is { } to ? to : default(Scalar));
    }

    private static Scalar End(double? end) => end is { } value ? value : default(Scalar);

    private static ColumnType? TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Boolean => ColumnType.Boolean,
        ValueKind.Integer => ColumnType.Int64,
        ValueKind.Real => ColumnType.Float64,
        ValueKind.Decimal => ColumnType.Decimal,
        ValueKind.Text => ColumnType.String,
        ValueKind.Binary => ColumnType.Binary,
        ValueKind.Date => ColumnType.Date,
        ValueKind.Timestamp => ColumnType.Timestamp,
        _ => null,
    };
}
