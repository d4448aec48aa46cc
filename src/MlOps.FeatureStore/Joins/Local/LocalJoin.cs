using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Joins on this machine: the rows are sorted by entity and time, the events go by once and leave at each row only what it sees.</summary>
internal sealed class LocalJoin(IEventReader events, EntityRowsReader reader, IOptions<LocalJoinOptions> options) : IPointInTimeEngine
{
    private const int MostParts = 64;

    public int Preference => -1;

    public bool CanJoin(FeatureView view, EntityRows rows) => !view.IsWindowed;

    public async IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(join);
        var opened = await reader.OpenAsync(join.Rows, cancellationToken).ConfigureAwait(false);
        await using var closing = opened.ConfigureAwait(false);
        var rows = opened.Rows;
        EntityTimes.Check(rows.Schema, join.TimeColumn, join.Views);
        using var folder = new TemporaryFolder(options.Value.TemporaryFolder);
        var groups = await GroupAsync(join, rows.RowCount, folder, cancellationToken).ConfigureAwait(false);
        try
        {
            var span = await AddRowsAsync(join, rows, groups, cancellationToken).ConfigureAwait(false);
            foreach (var group in groups) group.Prepare();
            if (span is not null) await AddEventsAsync(groups, span, cancellationToken).ConfigureAwait(false);
            foreach (var group in groups) await group.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await foreach (var batch in TakeAsync(join, rows, groups, cancellationToken).ConfigureAwait(false)) yield return batch;
        }
        finally
        {
            foreach (var group in groups) await group.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>One group for each list of columns that hold join keys. Checks the sources of all views.</summary>
    private async Task<List<JoinGroup>> GroupAsync(PointInTimeJoin join, long rowCount, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var schemas = new Dictionary<SelectedView, DatasetSchema>(ReferenceEqualityComparer.Instance);
        foreach (var view in join.Views) schemas[view] = await events.GetSchemaAsync(view.View, view.Features, cancellationToken).ConfigureAwait(false);
        var parts = (int)Math.Clamp(Math.Ceiling((double)BytesOfRow(join.Views) * rowCount / options.Value.MemoryBudget), 1, MostParts);
        return
        [
            .. join.Views.GroupBy(v => string.Join('\n', v.KeyColumns.Zip(v.View.Keys, (column, key) => $"{column}\t{key.Type}"))).Select(g => g.ToList()).Select(views => parts == 1
                ? (JoinGroup)new MemoryJoinGroup(views, join.CreatedBeforeRow, join.Leakage)
                : new SpilledJoinGroup(views, [.. views.Select(v => schemas[v])], parts, join.CreatedBeforeRow, join.Leakage, folder)),
        ];
    }

    /// <summary>Reads the keys and times of the rows.</summary>
    /// <returns>Which events they may see; null when there are no rows.</returns>
    private static async Task<(long From, long To)?> AddRowsAsync(PointInTimeJoin join, IReplayableRows rows, List<JoinGroup> groups, CancellationToken cancellationToken)
    {
        string[] columns = [.. groups.SelectMany(g => g.Views[0].KeyColumns).Prepend(join.TimeColumn).Distinct(StringComparer.Ordinal)];
        var (first, last, count) = (long.MaxValue, long.MinValue, 0L);
        await foreach (var batch in rows.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Length == 0) continue;
            var times = EntityTimes.Read(batch.Column(0), join.TimeColumn, count);
            foreach (var time in times.Values)
            {
                first = Math.Min(first, time);
                last = Math.Max(last, time);
            }

            foreach (var group in groups) group.AddRows([.. group.Views[0].KeyColumns.Select(k => batch.Column(columns.IndexOf(k)))], times);
            count += batch.Length;
        }

        return count == 0 ? null : (first, last);
    }

    /// <summary>Reads each view once, two at a time, also when it is joined by several keys.</summary>
    private Task AddEventsAsync(List<JoinGroup> groups, (long From, long To)? span, CancellationToken cancellationToken)
    {
        var readings = groups.SelectMany(g => g.Views.Select((v, i) => (Group: g, Which: i, Selected: v))).GroupBy(r => r.Selected.View.Name).Select(g => g.ToList());
        return Parallel.ForEachAsync(readings, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount), CancellationToken = cancellationToken }, async (users, token) =>
        {
            var view = users[0].Selected.View;
            var scratch = new EventScratch();
            var timeToLive = ViewColumns.TimeToLive(view);
            var from = timeToLive > span!.Value.From - LatestEvents.Never ? LatestEvents.Never : span.Value.From - timeToLive;
            Feature[] features = [.. users.SelectMany(u => u.Selected.Features).DistinctBy(f => f.Name)];
            await foreach (var batch in events.ReadAsync(view, features, new(from, span.Value.To), token).ConfigureAwait(false))
            {
                if (batch.Length == 0) continue;
                foreach (var (group, which, _) in users) group.AddEvents(which, batch, scratch);
            }
        });
    }

    /// <summary>Reads the rows again and puts their features beside them.</summary>
    private static async IAsyncEnumerable<RecordBatch> TakeAsync(PointInTimeJoin join, IReplayableRows rows, List<JoinGroup> groups, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var order = groups.SelectMany(g => g.Views).SelectMany(v => v.Features.Select((f, i) => (Slot: v.FirstSlot + i, f.Type))).ToList();
        int[] places = [.. order.Select((o, i) => (o.Slot, Index: i)).OrderBy(o => o.Slot).Select(o => o.Index)];
        var schema = JoinedSchema.Of(rows.Schema, join.Views);
        var count = 0L;
        await foreach (var batch in rows.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            var features = new List<IArrowArray>(order.Count);
            foreach (var group in groups)
                features.AddRange(await group.TakeAsync([.. group.Views[0].KeyColumns.Select(k => batch.Column(rows.Schema.IndexOf(k)))], batch.Length, cancellationToken).ConfigureAwait(false));
            count += batch.Length;
            yield return new(schema, [.. batch.Arrays, .. places.Select(p => features[p])], batch.Length);
        }

        if (count != rows.RowCount) throw new DataException($"{rows.RowCount} entity rows went into the join and {count} came out. Their source gave other rows when it was read again.");
    }

    /// <summary>About how many bytes a row takes in memory.</summary>
    private static long BytesOfRow(IReadOnlyList<SelectedView> views)
    {
        const int Index = 48;
        var groups = views.Select(v => string.Join('\n', v.KeyColumns)).Distinct().Count();
        return (groups * Index) + views.Sum(v => ViewColumns.Of(v) is var columns ? columns.Sum(c => ValueStore.BytesOfSlot(c.Type)) + (20 * (v.View.SkipsNulls ? columns.Count : 1)) : 0);
    }
}
