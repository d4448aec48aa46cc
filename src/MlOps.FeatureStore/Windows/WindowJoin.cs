using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Computes the features of windowed views for rows as of each row's own time, over local data.</summary>
/// <remarks>
/// Events and rows are laid side by side by entity and time, and each window moves along both once: the cost is that of sorting and of as many steps as there are events and rows for each feature. Of the rows the keys and
/// times are held in memory, of the events that belong to them the times and the columns that are asked for, view by view.
/// </remarks>
internal sealed class WindowJoin(IEventReader events, EntityRowsReader reader) : IPointInTimeEngine
{
    public int Preference => 0;

    public bool CanJoin(FeatureView view, EntityRows rows)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.IsWindowed;
    }

    public async IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(join);
        var opened = await reader.OpenAsync(join.Rows, cancellationToken).ConfigureAwait(false);
        await using var closing = opened.ConfigureAwait(false);
        var rows = opened.Rows;
        EntityTimes.Check(rows.Schema, join.TimeColumn, join.Views);
        var keys = await KeysAsync(join, rows, cancellationToken).ConfigureAwait(false);
        var results = new List<WindowResults>();
        for (var v = 0; v < join.Views.Count; v++) results.AddRange(await ComputeAsync(join, v, keys, cancellationToken).ConfigureAwait(false));
        var schema = JoinedSchema.Of(rows.Schema, join.Views);
        var count = 0;
        await foreach (var batch in rows.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            if (count + batch.Length > keys.Times.Length) throw Uneven(keys.Times.Length, count + batch.Length);
            var first = count;
            count += batch.Length;
            yield return new(schema, [.. batch.Arrays, .. results.Select(r => r.ToArrow(first, batch.Length))], batch.Length);
        }

        if (count != keys.Times.Length) throw Uneven(keys.Times.Length, count);
    }

    private static DataException Uneven(int read, int again) => new($"{read} entity rows went into the join and {again} came out. Their source gave other rows when it was read again.");

    /// <summary>Reads the times of the rows, and numbers the entities of each view.</summary>
    private static async Task<RowKeys> KeysAsync(PointInTimeJoin join, IReplayableRows rows, CancellationToken cancellationToken)
    {
        var count = checked((int)rows.RowCount);
        var keys = new RowKeys(new long[count], [.. join.Views.Select(v => new KeyIndex(v.View.Keys))], [.. join.Views.Select(_ => new int[count])]);
        string[] columns = [.. join.Views.SelectMany(v => v.KeyColumns).Prepend(join.TimeColumn).Distinct(StringComparer.Ordinal)];
        var first = 0;
        await foreach (var batch in rows.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Length == 0) continue;
            if (first + batch.Length > count) throw Uneven(count, first + batch.Length);
            EntityTimes.Read(batch.Column(0), join.TimeColumn, first).Values.CopyTo(keys.Times.AsSpan(first));
            for (var v = 0; v < join.Views.Count; v++)
                keys.Entities[v].Resolve([.. join.Views[v].KeyColumns.Select(k => batch.Column(columns.IndexOf(k)))], keys.Ids[v].AsSpan(first, batch.Length), add: true);
            first += batch.Length;
        }

        return first == count ? keys : throw Uneven(count, first);
    }

    private async Task<WindowResults[]> ComputeAsync(PointInTimeJoin join, int place, RowKeys keys, CancellationToken cancellationToken)
    {
        var selected = join.Views[place];
        var view = selected.View;
        var last = keys.Times.Length == 0 ? long.MinValue : keys.Times.Max();
        var found = await WindowEvents.ReadAsync(events, view, selected.Features, keys.Entities[place], addKeys: false, new(long.MinValue, last), cancellationToken).ConfigureAwait(false);
        var sweep = new WindowSweep(view, selected.Features, found, keys.Times.Length, join.CreatedBeforeRow);
        sweep.Run(keys.Ids[place], keys.Times, cancellationToken);
        if (view.CreatedTime is not null) join.Leakage.Add(view.Name, sweep.Matched, sweep.CreatedLater);
        return sweep.Results;
    }

    /// <summary>The times of the rows, and for each view the numbers of their entities.</summary>
    private sealed record RowKeys(long[] Times, KeyIndex[] Entities, int[][] Ids);
}
