using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The queries that read the events of a view out of a warehouse.</summary>
internal static class WarehouseEvents
{
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

    /// <summary>Writes what stands after FROM: the name of a table as it is, a query in brackets.</summary>
    /// <param name="text">A table or a SELECT.</param>
    /// <returns>The text.</returns>
    public static string From(string text)
    {
        var query = text.Trim().TrimEnd(';').TrimEnd();
        return query.StartsWith("SELECT", StringComparison.OrdinalIgnoreCase) || query.StartsWith("WITH", StringComparison.OrdinalIgnoreCase) || query.StartsWith('(')
            ? $"({query}\n) AS source"
            : $"{query} AS source";
    }

    /// <summary>Asks for the columns of a source.</summary>
    /// <param name="session">The session.</param>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>The columns.</returns>
    public static async Task<DatasetSchema> GetSchemaAsync(ISqlSession session, FeatureSource.FromWarehouse source, CancellationToken cancellationToken)
    {
        await foreach (var batch in session.QueryAsync($"SELECT *\nFROM {From(source.Text)}\nWHERE 1 = 0", null, cancellationToken).ConfigureAwait(false))
            return DatasetSchema.FromArrow(batch.Schema);
        throw new DataException($"Warehouse '{source.Warehouse}' gave no batch, so the columns of the query are unknown.") { DataSource = source.Warehouse };
    }

    /// <summary>Writes the query of the events in a span.</summary>
    /// <param name="source">The source.</param>
    /// <param name="view">The view.</param>
    /// <param name="columns">The columns of the source.</param>
    /// <param name="span">The span; null for all events.</param>
    /// <param name="dialect">How SQL is written.</param>
    /// <returns>The query.</returns>
    public static string Select(FeatureSource.FromWarehouse source, FeatureView view, IReadOnlyList<string> columns, EventSpan? span, SqlDialect dialect)
    {
        var select = $"SELECT {string.Join(", ", columns.Select(dialect.Quote))}\nFROM {From(source.Text)}";
        if (span is null) return select;
        var time = dialect.Micros(dialect.Quote(view.EventTime));
        var from = string.Create(CultureInfo.InvariantCulture, $"{time} >= {span.From}");
        if (span.CreatedAfter is { } after && view.CreatedTime is { } created)
            from = string.Create(CultureInfo.InvariantCulture, $"({from} OR {dialect.Micros(dialect.Quote(created))} > {after})");
        return string.Create(CultureInfo.InvariantCulture, $"{select}\nWHERE {time} <= {span.To}\n  AND {from}");
    }
}
