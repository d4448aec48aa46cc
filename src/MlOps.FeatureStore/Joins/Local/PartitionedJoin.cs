using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Joins on this machine: the keys and times of the rows are read, then the events go by once, then the features are put beside the rows. All at once where memory allows, else part by part of the entities, by way of files.</summary>
internal abstract class PartitionedJoin(IEventReader events, EntityRowsReader reader, IOptions<LocalJoinOptions> options) : IPointInTimeEngine
{
    private const int MostParts = 64;

    public abstract int Preference { get; }

    public abstract bool CanJoin(FeatureView view, EntityRows rows);

    public async IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(join);
        var opened = await reader.OpenAsync(join.Rows, cancellationToken).ConfigureAwait(false);
        await using var closing = opened.ConfigureAwait(false);
        var rows = opened.Rows;
        EntityTimes.Check(rows.Schema, join.TimeColumn, join.Views);
        using var folder = new TemporaryFolder(options.Value.TemporaryFolder);
        var groups = await FillAsync(join, rows, folder, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var group in groups) await group.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await foreach (var batch in TakeAsync(join, rows, groups, cancellationToken).ConfigureAwait(false)) yield return batch;
        }
        finally
        {
            await DisposeAsync(groups).ConfigureAwait(false);
        }
    }

    /// <summary>Begins to join views of one list of join keys.</summary>
    /// <param name="views">The views.</param>
    /// <param name="schemas">The columns of the events of each view.</param>
    /// <param name="createdBeforeRow">Whether events created after the row's time are left out.</param>
    /// <param name="budget">The memory that there is for events.</param>
    protected abstract IJoinPart Begin(IReadOnlyList<SelectedView> views, IReadOnlyList<DatasetSchema> schemas, bool createdBeforeRow, JoinBudget budget);

    /// <summary>Gives about how many bytes a row takes in memory with the features of a view.</summary>
    protected abstract long BytesOfRow(SelectedView view);

    /// <summary>Gives the time of the first event of a view that a row of some time can see.</summary>
    protected abstract long FirstSeen(FeatureView view, IReadOnlyList<Feature> features, long rowTime);

    private static async Task DisposeAsync(List<JoinGroup> groups)
    {
        foreach (var group in groups) await group.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Brings rows and events together, in memory first where the rows leave room.</summary>
    private async Task<List<JoinGroup>> FillAsync(PointInTimeJoin join, IReplayableRows rows, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var schemas = new Dictionary<SelectedView, DatasetSchema>(ReferenceEqualityComparer.Instance);
        foreach (var view in join.Views) schemas[view] = await events.GetSchemaAsync(view.View, view.Features, cancellationToken).ConfigureAwait(false);
        var needed = (double)BytesOfRow(join.Views) * rows.RowCount;
        var parts = (int)Math.Clamp(Math.Ceiling(needed / options.Value.MemoryBudget), 1, MostParts);
        if (parts == 1)
        {
            try
            {
                return await FillAsync(GroupsOf(views => new MemoryJoinGroup(views, Begin(views, SchemasOf(views), join.CreatedBeforeRow, new(options.Value.MemoryBudget - (long)needed)), join.Leakage))).ConfigureAwait(false);
            }
            catch (JoinBudgetException)
            {
                parts = MostParts; // nobody knows how many more events there are
            }
        }

        return await FillAsync(GroupsOf(views => new SpilledJoinGroup(views, SchemasOf(views), parts, () => Begin(views, SchemasOf(views), join.CreatedBeforeRow, JoinBudget.Unlimited), join.Leakage, folder))).ConfigureAwait(false);

        List<JoinGroup> GroupsOf(Func<List<SelectedView>, JoinGroup> make) =>
            [.. join.Views.GroupBy(v => string.Join('\n', v.KeyColumns.Zip(v.View.Keys, (column, key) => $"{column}\t{key.Type}"))).Select(g => make([.. g]))];

        List<DatasetSchema> SchemasOf(List<SelectedView> views) => views.ConvertAll(v => schemas[v]);

        async Task<List<JoinGroup>> FillAsync(List<JoinGroup> groups)
        {
            try
            {
                var span = await AddRowsAsync(join, rows, groups, cancellationToken).ConfigureAwait(false);
                foreach (var group in groups) group.Prepare();
                if (span is not null) await AddEventsAsync(groups, span.Value, cancellationToken).ConfigureAwait(false);
                else EndEvents(groups, cancellationToken);
                return groups;
            }
            catch
            {
                await DisposeAsync(groups).ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Reads the keys and times of the rows.</summary>
    /// <returns>Which events they may see; null when there are no rows.</returns>
    private static async Task<(long First, long Last)?> AddRowsAsync(PointInTimeJoin join, IReplayableRows rows, List<JoinGroup> groups, CancellationToken cancellationToken)
    {
        string[] columns = [.. groups.SelectMany(g => g.Views[0].KeyColumns).Prepend(join.TimeColumn).Distinct(StringComparer.Ordinal)];
        var (first, last, count) = (long.MaxValue, long.MinValue, 0L);
        await foreach (var batch in rows.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Length == 0) continue;
            var times = EntityTimes.Read(batch.Column(0), join.TimeColumn, count);
            Widen(times.Values, ref first, ref last);
            foreach (var group in groups) group.AddRows([.. group.Views[0].KeyColumns.Select(k => batch.Column(columns.IndexOf(k)))], times);
            count += batch.Length;
        }

        return count == 0 ? null : (first, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<long> times, ref long first, ref long last)
    {
        foreach (var time in times)
        {
            first = Math.Min(first, time);
            last = Math.Max(last, time);
        }
    }

    /// <summary>Reads each view once, two at a time, also when it is joined by several keys.</summary>
    private Task AddEventsAsync(List<JoinGroup> groups, (long First, long Last) rows, CancellationToken cancellationToken)
    {
        var readings = groups.SelectMany(g => g.Views.Select((v, i) => (Group: g, Which: i, Selected: v))).GroupBy(r => r.Selected.View.Name).Select(g => g.ToList());
        return Parallel.ForEachAsync(readings, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount), CancellationToken = cancellationToken }, async (users, token) =>
        {
            var view = users[0].Selected.View;
            var scratch = new EventScratch();
            Feature[] features = [.. users.SelectMany(u => u.Selected.Features).DistinctBy(f => f.Name)];
            await foreach (var batch in events.ReadAsync(view, features, new(FirstSeen(view, features, rows.First), rows.Last), token).ConfigureAwait(false))
            {
                if (batch.Length == 0) continue;
                foreach (var (group, which, _) in users) group.AddEvents(which, batch, scratch);
            }

            foreach (var (group, which, _) in users) group.EndEvents(which, token);
        });
    }

    private static void EndEvents(List<JoinGroup> groups, CancellationToken cancellationToken)
    {
        foreach (var group in groups)
        {
            for (var which = 0; which < group.Views.Count; which++) group.EndEvents(which, cancellationToken);
        }
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
            if ((count += batch.Length) > rows.RowCount) throw Uneven();
            var features = new List<IArrowArray>(order.Count);
            foreach (var group in groups)
                features.AddRange(await group.TakeAsync([.. group.Views[0].KeyColumns.Select(k => batch.Column(rows.Schema.IndexOf(k)))], batch.Length, cancellationToken).ConfigureAwait(false));
            yield return new(schema, [.. batch.Arrays, .. places.Select(p => features[p])], batch.Length);
        }

        if (count != rows.RowCount) throw Uneven();

        DataException Uneven() => new($"{rows.RowCount} entity rows went into the join and {count} came out. Their source gave other rows when it was read again.");
    }

    private long BytesOfRow(IReadOnlyList<SelectedView> views)
    {
        const int Index = 48;
        return (views.Select(v => string.Join('\n', v.KeyColumns)).Distinct().Count() * Index) + views.Sum(BytesOfRow);
    }
}
