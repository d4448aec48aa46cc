using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads events from datasets, from sources of data by way of a snapshot, from warehouses by a query, and from what was pushed.</summary>
internal sealed class EventReader(
    IDatasetStore datasets, IEnumerable<ISqlWarehouse> warehouses, IServiceProvider services, FeatureStoreMetrics metrics, ILogger<EventReader> logger) : IEventReader, IDisposable
{
    private readonly ConcurrentDictionary<IDataSource, SourceSnapshot> _snapshots = new();

    public void Dispose()
    {
        foreach (var snapshot in _snapshots.Values) snapshot.Dispose();
    }

    public async Task<FeatureView> PinAsync(FeatureView view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        switch (view.Source)
        {
            case FeatureSource.FromData { Source: var source }:
                return view with { Source = FeatureSource.Of(await _snapshots.GetOrAdd(source, s => new(s)).TakeAsync(view.Name, datasets, services, cancellationToken).ConfigureAwait(false)) };
            case FeatureSource.FromPushes:
                var history = services.GetService<IPushHistory>() // asked for only where it is needed: it has needs of its own
                    ?? throw new DataException($"The events of view '{view.Name}' are pushed, and no history of what was pushed is kept here. Register one, or give the view another source.") { DataSource = view.Name };
                return view with { Source = new FeatureSource.FromParts(await history.GetAsync(view, cancellationToken).ConfigureAwait(false)) };
            default:
                return view;
        }
    }

    public async Task<DatasetSchema> GetSchemaAsync(FeatureView view, IReadOnlyList<Feature>? features, CancellationToken cancellationToken)
    {
        view = await PinAsync(view, cancellationToken).ConfigureAwait(false);
        if (view.Source.Pinned is { } rows) return EventLayout.Match(view, features, rows.Schema).Schema;
        var source = (FeatureSource.FromWarehouse)view.Source;
        var session = await WarehouseEvents.Find(warehouses, source.Warehouse, $"view '{view.Name}'").OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return EventLayout.Match(view, features, WarehouseEvents.SchemaOf(await session.DescribeAsync(source.Text, cancellationToken).ConfigureAwait(false), view, features)).Schema;
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        view = await PinAsync(view, cancellationToken).ConfigureAwait(false);
        var events = view.Source.Pinned is { } rows
            ? ReadAsync(rows, view, features, span, cancellationToken)
            : ReadAsync((FeatureSource.FromWarehouse)view.Source, view, features, span, cancellationToken);
        await foreach (var batch in events.ConfigureAwait(false)) yield return batch;
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync(
        DatasetParts pinned, FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var layout = EventLayout.Match(view, features, pinned.Schema);
        var rows = new EventRows(view, layout, span);
        foreach (var part in pinned.Parts)
        {
            await foreach (var batch in datasets.ReadAsync(part, layout.SourceColumns, cancellationToken).ConfigureAwait(false)) yield return rows.Select(batch);
        }

        rows.Report(metrics, logger);
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync(
        FeatureSource.FromWarehouse source, FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var warehouse = WarehouseEvents.Find(warehouses, source.Warehouse, $"view '{view.Name}'");
        var session = await warehouse.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var table = await session.DescribeAsync(source.Text, cancellationToken).ConfigureAwait(false);
            var layout = EventLayout.Match(view, features, WarehouseEvents.SchemaOf(table, view, features));
            var rows = new EventRows(view, layout, span);
            var sql = WarehouseEvents.Select(table, view, layout.SourceColumns, span, warehouse.Dialect);
            await foreach (var batch in session.QueryAsync(sql, null, cancellationToken).ConfigureAwait(false)) yield return rows.Select(batch);
            rows.Report(metrics, logger);
        }
    }
}
