using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says which index lets a row find its event.</summary>
internal static class SqlIndexes
{
    /// <summary>Says whether a table has the index, and keys and times that are compared as they stand.</summary>
    public static bool IsUsable(SqlRelation table, FeatureView view)
    {
        if (table.RowOrder.Count == 0) return false;
        var keys = view.Keys.Select(k => view.ColumnOf(k.Name)).ToHashSet(StringComparer.Ordinal);
        if (view.Keys.Any(k => k.Type == ColumnType.Timestamp) || keys.Append(view.EventTime).Any(c => !table.GetColumn(c).IsPlain)) return false;
        return table.Indexes.Any(i => i.Count > keys.Count && keys.SetEquals(i.Take(keys.Count)) && i[keys.Count] == view.EventTime);
    }

    /// <summary>Writes the statement that creates it.</summary>
    public static string Advise(SqlDialect dialect, FeatureView view)
    {
        var columns = view.Keys.Select(k => dialect.Quote(view.ColumnOf(k.Name))).Append($"{dialect.Quote(view.EventTime)} DESC");
        if (view.CreatedTime is { } created) columns = columns.Append($"{dialect.Quote(created)} DESC NULLS LAST");
        return $"CREATE INDEX ON {dialect.From(((FeatureSource.FromWarehouse)view.Source).Text)} ({string.Join(", ", columns)})";
    }
}
