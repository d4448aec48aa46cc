using System.Globalization;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>The queries that read the events of a view out of a warehouse.</summary>
internal static class WarehouseEvents
{
    // What is earlier or later than any moment of a dataset is no bound.
    private static readonly long First = FeatureTime.ToMicros(DateTimeOffset.MinValue);
    private static readonly long Last = FeatureTime.ToMicros(DateTimeOffset.MaxValue);

    /// <summary>Finds a warehouse.</summary>
    /// <param name="warehouses">Those of the host.</param>
    /// <param name="name">The name.</param>
    /// <param name="user">Who wants it, for the message.</param>
    /// <returns>The warehouse.</returns>
    /// <exception cref="NotFoundException">There is none of this name.</exception>
    public static ISqlWarehouse Find(IEnumerable<ISqlWarehouse> warehouses, string name, string user)
    {
        var all = warehouses.ToList();
        return all.Find(w => w.Name == name) ?? throw new NotFoundException(
            "warehouse", name, $"It is named by {user}. Registered are: {(all.Count == 0 ? "none" : string.Join(", ", all.Select(w => w.Name)))}.");
    }

    /// <summary>Gives the columns of a source that a dataset can hold.</summary>
    /// <param name="source">The source, described.</param>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted; null for all.</param>
    /// <returns>The columns.</returns>
    /// <exception cref="DataException">A column that the view reads is of a type that a dataset does not hold.</exception>
    public static DatasetSchema SchemaOf(SqlRelation source, FeatureView view, IReadOnlyList<Feature>? features)
    {
        foreach (var column in EventLayout.SourceColumnsOf(view, features).Where(c => source.Columns.Any(s => s.Name == c))) source.GetColumn(column);
        return new(source.Columns.Where(c => c.Type is not null).Select(c => new Column(c.Name, c.Type!.Value)));
    }

    /// <summary>Writes the query of the events in a span, in source order.</summary>
    /// <param name="source">The source, described.</param>
    /// <param name="view">The view.</param>
    /// <param name="columns">The columns of the source.</param>
    /// <param name="span">The span; null for all events.</param>
    /// <param name="dialect">How SQL is written.</param>
    /// <returns>The query.</returns>
    public static string Select(SqlRelation source, FeatureView view, IReadOnlyList<string> columns, EventSpan? span, SqlDialect dialect)
    {
        var conditions = Conditions(source, view, span, dialect);
        var order = dialect.KeepsOrder || source.RowOrder.Count == 0 ? string.Empty : $"\nORDER BY {string.Join(", ", source.RowOrder.Select(o => "q." + o))}";
        return $"SELECT {Columns(columns, "q", dialect)}\nFROM {source.From} AS q{Where(conditions)}{order}";
    }

    private static string Columns(IEnumerable<string> columns, string alias, SqlDialect dialect) => string.Join(", ", columns.Select(c => $"{alias}.{dialect.Quote(c)}"));

    private static string Where(List<string> conditions) => conditions.Count == 0 ? string.Empty : $"\nWHERE {string.Join("\n  AND ", conditions)}";

    private static List<string> Conditions(SqlRelation source, FeatureView view, EventSpan? span, SqlDialect dialect)
    {
        var conditions = new List<string>();
        if (span is null) return conditions;

        // Compared as the column's own type, so that an index or the statistics of a file are used.
        string Compare(string column, string sign, long micros) =>
            $"q.{dialect.Quote(column)} {sign} {dialect.FromMicros(string.Create(CultureInfo.InvariantCulture, $"CAST({micros} AS BIGINT)"), source.GetColumn(column).NativeType)}";
        if (span.To < Last) conditions.Add(Compare(view.EventTime, "<=", span.To));
        if (span.From <= First) return conditions;
        var from = Compare(view.EventTime, ">=", span.From);
        conditions.Add(span.CreatedAfter is { } after && view.CreatedTime is { } created && after < Last
            ? after < First ? $"({from} OR q.{dialect.Quote(created)} IS NOT NULL)" : $"({from} OR {Compare(created, ">", after)})"
            : from);
        return conditions;
    }
}
