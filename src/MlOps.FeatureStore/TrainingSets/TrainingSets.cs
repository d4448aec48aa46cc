using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Makes training sets: resolves what is asked for, lets the engines join, computes, and keeps the result with where it came from.</summary>
internal sealed class TrainingSets(
    FeatureDefinitions definitions,
    IEnumerable<IPointInTimeEngine> engines,
    IEventReader events,
    EntityRowsReader rowsReader,
    IDatasetStore datasets,
    FeatureLineage lineage,
    IOptions<LocalJoinOptions> options,
    TimeProvider time,
    ILogger<TrainingSets> logger) : ITrainingSets
{
    public async Task<TrainingSet> CreateAsync(TrainingSetQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var plan = await PlanAsync(query, cancellationToken).ConfigureAwait(false);
        var origin = TrainingSetOrigin.Of(query, plan.Selection, plan.Views);
        var name = query.Name ?? plan.Selection.Service?.Name ?? plan.Selection.Outputs[0].Reference.View;
        var rows = await datasets.WriteAsync(name, origin, ReadAsync(plan, query, cancellationToken), null, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        await lineage.RecordAsync([.. FeatureLineage.EdgesOf(definitions, plan.Selection, query.Rows, rows, now), .. TrainingSetOrigin.EdgesOf(rows, plan.Views, now)], cancellationToken).ConfigureAwait(false);
        var service = plan.Selection.Service is { } found ? definitions.ReferenceTo(found) : null;
        logger.TrainingSetMade(name, rows.RowCount, plan.Selection.Outputs.Count);
        return new(rows with { FeatureService = service }, service, plan.Leakage.ToReport());
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(TrainingSetQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var plan = await PlanAsync(query, cancellationToken).ConfigureAwait(false);
        await foreach (var batch in ReadAsync(plan, query, cancellationToken).ConfigureAwait(false)) yield return batch;
    }

    public IAsyncEnumerable<RecordBatch> ReadRangeAsync(string view, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(view);
        if (from > to) throw new ArgumentException($"The range begins at {from:O} and ends before that, at {to:O}.", nameof(to));
        var found = definitions.GetView(view);
        if (found.IsWindowed) throw new DataException($"View '{view}' is computed over windows, which have a value at every moment. Ask for it with entity rows that say which moments.");
        return EventRange.ReadAsync(found, from, to, events, options.Value, cancellationToken);
    }

    /// <summary>Resolves the query, and holds each view to the state that its source has now.</summary>
    private async Task<Plan> PlanAsync(TrainingSetQuery query, CancellationToken cancellationToken)
    {
        var selection = FeatureSelection.Resolve(definitions, query.Service, query.Features, query.FullNames);
        var pinned = new Dictionary<string, FeatureView>(StringComparer.Ordinal);
        var views = new List<SelectedView>();
        foreach (var view in selection.Views)
        {
            if (!pinned.TryGetValue(view.View.Name, out var held)) pinned[view.View.Name] = held = await events.PinAsync(view.View, cancellationToken).ConfigureAwait(false);
            views.Add(view with { View = held });
        }

        return new(selection, views, new());
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync(Plan plan, TrainingSetQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = query.Rows;
        var chosen = EngineChoice.Choose(engines, plan.Views, rows);
        OpenedRows? opened = null;
        try
        {
            if (rows is not EntityRows.InWarehouse || chosen is not { Count: 1 }) // a warehouse that joins all by itself keeps its rows
            {
                opened = await rowsReader.OpenAsync(rows, cancellationToken).ConfigureAwait(false);
                if (rows is not EntityRows.InDataset) rows = EntityRows.Of(opened.Rows);
                Check(opened.Rows.Schema, query, plan);
                chosen = EngineChoice.Choose(engines, plan.Views, rows);
            }

            if (chosen is null) throw new DataException($"No engine can join {string.Join(", ", plan.Views.Select(v => $"'{v.View.Name}'"))} to these rows. Register the engine that the views need.");
            var parts = chosen.Select(c => (c.Engine, new PointInTimeJoin(rows, query.TimeColumn, c.Views, query.CreatedBeforeRow, plan.Leakage))).ToList();
            Schema? schema = null;
            var before = 0L;
            await foreach (var batch in JoinedRows.ReadAsync(parts, plan.Selection.SlotCount, opened?.Rows.RowCount, cancellationToken).ConfigureAwait(false))
            {
                if (schema is null)
                {
                    var columns = DatasetSchema.FromArrow(batch.Rows.Schema);
                    Check(columns, query, plan);
                    schema = new DatasetSchema(columns.Concat(plan.Selection.Schema)).ToArrow();
                }

                ComputedColumns.Fill(plan.Selection, batch, before);
                before += batch.Rows.Length;
                yield return new(schema, [.. batch.Rows.Arrays, .. plan.Selection.Outputs.Select(o => batch.Slots[o.Slot]!)], batch.Rows.Length);
            }
        }
        finally
        {
            if (opened is not null) await opened.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Check(DatasetSchema rows, TrainingSetQuery query, Plan plan)
    {
        if (plan.Selection.Outputs.FirstOrDefault(o => rows.Contains(o.Name)) is { } twice)
            throw new DataException($"The entity rows have a column '{twice.Name}', which is also what a feature would be called. Rename the column, ask for full names, or give the feature another name in the service.") { Column = twice.Name };
        EntityTimes.Check(rows, query.TimeColumn, plan.Views);
        ComputedColumns.Check(plan.Selection, rows);
    }

    private sealed record Plan(FeatureSelection Selection, IReadOnlyList<SelectedView> Views, LeakageCounter Leakage);
}
