using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Lets a warehouse join the features of its own tables and queries: rows go in, or are a query there, and only the result comes out.</summary>
internal sealed class SqlJoin(IEnumerable<ISqlWarehouse> warehouses, IDatasetStore datasets, ILogger<SqlJoin> logger) : IPointInTimeEngine
{
    private readonly List<ISqlWarehouse> _warehouses = [.. warehouses];

    public int Preference => 20;

    public bool CanJoin(FeatureView view, EntityRows rows) => view.Source is FeatureSource.FromWarehouse source
        && (rows is not EntityRows.InWarehouse inside || inside.Warehouse == source.Warehouse)
        && SqlWindows.CanCompute(view);

    public IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(join);
        var groups = join.Views.GroupBy(v => ((FeatureSource.FromWarehouse)v.View.Source).Warehouse).ToList();
        if (groups.Count == 1) return JoinAsync(groups[0].Key, join, cancellationToken);

        // What comes out of one warehouse are the rows of the next.
        var rows = join.Rows;
        foreach (var group in groups) rows = EntityRows.Of(JoinAsync(group.Key, join with { Rows = rows, Views = [.. group] }, cancellationToken));
        return InOrderAsync(((EntityRows.InBatches)rows).Batches, join.Views, [.. groups.SelectMany(g => g)], cancellationToken);
    }

    private async IAsyncEnumerable<RecordBatch> JoinAsync(string warehouseName, PointInTimeJoin join, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var warehouse = WarehouseEvents.Find(_warehouses, warehouseName, $"view '{join.Views[0].View.Name}'");
        var session = await warehouse.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var rows = await new SqlRows(session, warehouse.Dialect, datasets).FillAsync(join.Rows, join.TimeColumn, join.Views, cancellationToken).ConfigureAwait(false);
        var query = await new SqlJoinPreparation(session, warehouse.Dialect, logger).PrepareAsync(join, rows, cancellationToken).ConfigureAwait(false);
        var reader = new SqlJoinResult(JoinedSchema.Of(rows, join.Views), [.. join.Views.Where(v => v.View.CreatedTime is not null).Select(v => v.View.Name)], join.Leakage);
        await foreach (var batch in session.QueryAsync(query, null, cancellationToken).ConfigureAwait(false)) yield return reader.Take(batch);
        reader.End();
    }

    private static async IAsyncEnumerable<RecordBatch> InOrderAsync(
        IAsyncEnumerable<RecordBatch> batches, IReadOnlyList<SelectedView> wanted, IReadOnlyList<SelectedView> found, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var first = batch.ColumnCount - found.Sum(v => v.Features.Count);
            var places = new Dictionary<SelectedView, int>(ReferenceEqualityComparer.Instance);
            var place = first;
            foreach (var view in found)
            {
                places[view] = place;
                place += view.Features.Count;
            }

            int[] order = [.. Enumerable.Range(0, first), .. wanted.SelectMany(v => Enumerable.Range(places[v], v.Features.Count))];
            yield return new(new Schema(order.Select(batch.Schema.GetFieldByIndex), null), order.Select(batch.Column), batch.Length);
        }
    }
}
