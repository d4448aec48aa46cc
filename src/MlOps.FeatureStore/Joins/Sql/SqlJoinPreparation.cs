using System.Globalization;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Looks at the sources of views and makes the query: a table with the right index is used as it is; other events are put in a temporary table with such an index, or in a common table expression where the engine needs none.</summary>
internal sealed class SqlJoinPreparation(ISqlSession session, SqlDialect dialect, ILogger logger)
{
    /// <summary>Makes the query.</summary>
    /// <param name="join">What to join.</param>
    /// <param name="rows">The columns of the rows.</param>
    /// <param name="cancellationToken">Stops the making.</param>
    /// <returns>The query, as <see cref="SqlJoinText.ToQuery"/> describes it.</returns>
    public async Task<string> PrepareAsync(PointInTimeJoin join, DatasetSchema rows, CancellationToken cancellationToken)
    {
        var text = new SqlJoinText(dialect, join.CreatedBeforeRow);
        var prepared = new Dictionary<string, (SqlEvents Events, EventLayout Layout)>(StringComparer.Ordinal);
        foreach (var (group, index) in join.Views.GroupBy(v => v.View.Name, StringComparer.Ordinal).Select((g, i) => (g, i)))
        {
            var views = group.ToList();
            var view = views[0].View;
            var features = views.SelectMany(v => v.Features).DistinctBy(f => f.Name).ToList();
            var keys = views.ConvertAll(v => KeysOf(v, rows));
            var source = await session.DescribeAsync(((FeatureSource.FromWarehouse)view.Source).Text, cancellationToken).ConfigureAwait(false);
            var layout = EventLayout.Match(view, features, WarehouseEvents.SchemaOf(source, view, features));
            var name = string.Create(CultureInfo.InvariantCulture, $"mlops_events_{index}");
            var events = dialect.Plan == PointInTimePlan.Lateral && SqlIndexes.IsUsable(source, view)
                ? SqlEvents.Direct(dialect, source, view, layout)
                : SqlEvents.Prepared(name, view, layout);
            if (events.From == name) await PutAsync(text, name, source, view, layout, keys, cancellationToken).ConfigureAwait(false);
            prepared[view.Name] = (events, layout);
        }

        foreach (var view in join.Views) text.Add(view, prepared[view.View.Name].Events, prepared[view.View.Name].Layout, KeysOf(view, rows));
        return text.ToQuery(rows.Count);
    }

    private async Task PutAsync(
        SqlJoinText text, string name, SqlRelation source, FeatureView view, EventLayout layout, List<List<string>> keys, CancellationToken cancellationToken)
    {
        if (dialect.Plan != PointInTimePlan.Lateral)
        {
            text.With(name, SqlEvents.Select(dialect, source, view, layout, null));
            return;
        }

        if (source.RowOrder.Count > 0) logger.IndexMissing(view.Name, SqlIndexes.Advise(dialect, view));

        // Only events that a row can meet.
        var wanted = keys.Select(k => $"EXISTS (SELECT 1 FROM {SqlJoinText.Rows} AS r WHERE {string.Join(" AND ", view.Keys.Zip(k, (key, r) => $"{SqlEvents.Key(dialect, key.Type, "q." + dialect.Quote(view.ColumnOf(key.Name)))} = {r}"))})");
        await session.ExecuteAsync($"CREATE TEMPORARY TABLE {name} AS\n{SqlEvents.Select(dialect, source, view, layout, $"({string.Join(" OR ", wanted)})")}", cancellationToken).ConfigureAwait(false);
        var columns = view.Keys.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"k{i}")).Append("t DESC").Concat(view.CreatedTime is null ? [] : ["c DESC NULLS LAST"]).Append("o DESC");
        await session.ExecuteAsync($"CREATE INDEX ON {name} ({string.Join(", ", columns)})", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync($"ANALYZE {name}", cancellationToken).ConfigureAwait(false);
    }

    private List<string> KeysOf(SelectedView view, DatasetSchema rows) =>
    [
        .. view.View.Keys.Zip(view.KeyColumns, (key, column) =>
        {
            var expression = string.Create(CultureInfo.InvariantCulture, $"r.r{rows.IndexOf(column)}");
            return key.Type == ColumnType.Timestamp ? dialect.Micros(expression) : expression;
        }),
    ];
}
