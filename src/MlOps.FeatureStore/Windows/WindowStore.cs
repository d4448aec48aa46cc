using Apache.Arrow;
using MlOps.Core;
using Array = System.Array;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Brings the events of one windowed view to the states in an online store. Each state is read, changed, and written only if nobody else has written it in between; else it is done again.</summary>
/// <remarks>Thread-safe, also between processes where the store is shared.</remarks>
internal sealed class WindowStore
{
    private const int Chunk = 256;

    /// <summary>So often a state is changed anew because somebody else has written it in between.</summary>
    private const int MaxAttempts = 50;

    private readonly WindowPlan _plan;
    private readonly Column[] _keys;
    private readonly string _table;
    private readonly IOnlineStore _store;

    /// <param name="view">The view.</param>
    /// <param name="table">The table of the view, see <see cref="OnlineTables"/>.</param>
    /// <param name="store">The store.</param>
    /// <exception cref="DataException">An aggregation of the view is not one that there is.</exception>
    public WindowStore(FeatureView view, string table, IOnlineStore store)
    {
        (_plan, _table, _store) = (new(view), table, store);
        _keys = [.. view.Keys];
    }

    /// <summary>Adds events that were pushed. The same push again does not count twice, see <see cref="WindowState"/>.</summary>
    /// <param name="events">Events in the form that <see cref="IEventReader"/> gives, with the columns of all features; in the order in which they came.</param>
    /// <param name="now">The moment, in microseconds.</param>
    /// <param name="cancellationToken">Stops the call; some entities may be written, and the same push again does no harm.</param>
    /// <returns>What became of them.</returns>
    /// <exception cref="DataException">A column has another type than a batch or an earlier push gave it.</exception>
    /// <exception cref="StoreException">The store does not answer, or others write the same entities all the time.</exception>
    public async Task<WindowWrites> PushAsync(RecordBatch events, long now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var schema = DatasetSchema.FromArrow(events.Schema);
        var types = _plan.Columns.Select(c => schema[c].Type).ToArray();
        var (entities, rejected) = Group(events);
        var counts = new Counts();
        foreach (var chunk in entities.Chunk(Chunk))
        {
            var added = new WindowAdded[chunk.Length];
            await ChangeAsync([.. chunk.Select(e => e.Key)], types, keepsTypes: true, Push, counts, cancellationToken).ConfigureAwait(false);
            foreach (var entity in added) (counts.Late, counts.Repeated) = (counts.Late + entity.Late, counts.Repeated + entity.Repeated);

            bool Push(int place, WindowState state)
            {
                added[place] = state.Push(chunk[place].Value, now);
                return added[place].Added > 0;
            }
        }

        return counts.ToWrites(events.Length, rejected);
    }

    /// <summary>Reads the whole history of the view, and puts it in the place of the last batch and of what was pushed before its end.</summary>
    /// <param name="reader">Reads the events.</param>
    /// <param name="before">The end of the batch, exclusive, in microseconds: everything that happened before, or became known before where events take back others, is in the history.</param>
    /// <param name="now">The moment, in microseconds; not before the end.</param>
    /// <param name="observe">Is given the features of each entity as of that moment; null when nobody looks.</param>
    /// <param name="cancellationToken">Stops the call; entities that are written stay, and the next call writes all again.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="DataException">A column lacks or has another type than a feature needs.</exception>
    /// <exception cref="StoreException">The store does not answer, or others write the same entities all the time.</exception>
    public async Task<WindowWrites> MaterializeAsync(IEventReader reader, long before, long now, Action<FeatureValue[]>? observe, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var keys = new KeyIndex(_keys, keepsValues: true);
        var span = _plan.TakesBack ? null : new EventSpan(long.MinValue, before - 1);
        var events = await WindowEvents.ReadAsync(reader, _plan.View, _plan.View.Features, keys, addKeys: true, span, cancellationToken).ConfigureAwait(false);
        var types = _plan.Columns.Select(c => Array.Find(events.Columns, column => column.Name == c)!.Type).ToArray();
        var counts = new Counts();
        int[] features = observe is null ? [] : [.. Enumerable.Range(0, _plan.View.Features.Count)];
        var values = new FeatureValue[features.Length];
        for (var first = 0; first < keys.Count; first += Chunk)
        {
            var start = first;
            var states = new WindowState[Math.Min(Chunk, keys.Count - first)]; // as they were when nobody else wrote in between
            var part = Enumerable.Range(first, Math.Min(Chunk, keys.Count - first)).Select(id => EntityKey.Write(_keys, keys.ValuesOf(id))!).ToArray();
            await ChangeAsync(part, types, keepsTypes: false, (place, state) => (states[place] = state).Rebase(events.Of(start + place), before, now), counts, cancellationToken).ConfigureAwait(false);
            if (observe is null) continue;
            foreach (var state in states)
            {
                if (TryRead(state, now, features, values)) observe(values);
            }
        }

        return counts.ToWrites(events.Read, events.Rejected);
    }

    /// <summary>Forgets entities. Events before a moment do not bring them back; those from it on count anew.</summary>
    /// <param name="entities">The entities, as <see cref="EntityKey"/> writes them.</param>
    /// <param name="at">The moment, in microseconds.</param>
    /// <param name="cancellationToken">Stops the call; some entities may be forgotten.</param>
    /// <returns>When they are forgotten.</returns>
    /// <exception cref="StoreException">The store does not answer, or others write the same entities all the time.</exception>
    public async Task DeleteAsync(IEnumerable<byte[]> entities, long at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entities);
        foreach (var chunk in entities.Chunk(Chunk))
        {
            await WriteAsync(
                chunk,
                (_, stored) =>
                {
                    var deleted = stored switch
                    {
                        null => at,
                        { IsDeleted: true } => Math.Max(at, stored.EventTime),
                        _ => Math.Max(at, WindowState.TryRead(_plan, stored.Values.Span)?.DeletedBefore ?? at),
                    };
                    return new OnlineRow(deleted, long.MinValue, default) { IsDeleted = true, ExpiresAt = _plan.ForgottenAt(deleted) };
                },
                new(),
                cancellationToken).ConfigureAwait(false);
        }
    }

    // A sum that does not fit its type fails who reads it, and not the batch.
    private static bool TryRead(WindowState state, long now, int[] features, FeatureValue[] values)
    {
        try
        {
            state.Read(now, features, values);
            return true;
        }
        catch (DataException)
        {
            return false;
        }
    }

    private Task ChangeAsync(byte[][] keys, ColumnType[] types, bool keepsTypes, Func<int, WindowState, bool> change, Counts counts, CancellationToken cancellationToken) => WriteAsync(
        keys,
        (place, stored) =>
        {
            var state = Open(stored, types, keepsTypes);
            return change(place, state) && state.LastTime != long.MinValue ? new OnlineRow(state.LastTime, long.MinValue, state.Write()) { ExpiresAt = _plan.ForgottenAt(state.LastTime) } : null;
        },
        counts,
        cancellationToken);

    private WindowState Open(OnlineRow? stored, ColumnType[] types, bool keepsTypes)
    {
        var state = stored is null or { IsDeleted: true } ? null : WindowState.TryRead(_plan, stored.Values.Span);
        if (state is not null && !state.Types.SequenceEqual(types))
        {
            if (keepsTypes)
            {
                var at = Enumerable.Range(0, types.Length).First(c => state.Types[c] != types[c]);
                throw new DataException($"Column '{_plan.Columns[at]}' of the events pushed to view '{_plan.View.Name}' is of type {types[at]}; in what is kept it is of type {state.Types[at]}. Push it as that type, or materialize the view again.")
                {
                    Column = _plan.Columns[at],
                };
            }

            var anew = new WindowState(_plan, types);
            anew.DeleteBefore(state.DeletedBefore);
            return anew;
        }

        state ??= new(_plan, types);
        if (stored is { IsDeleted: true }) state.DeleteBefore(stored.EventTime);
        return state;
    }

    // Writes what is made of each row, if anything, until nobody else writes in between.
    private async Task WriteAsync(byte[][] entities, Func<int, OnlineRow?, OnlineRow?> make, Counts counts, CancellationToken cancellationToken)
    {
        var places = Enumerable.Range(0, entities.Length).ToList();
        for (var attempt = 1; places.Count > 0; attempt++)
        {
            if (attempt > MaxAttempts) throw new StoreException($"The windows of view '{_plan.View.Name}' are written by others so often that they could not be changed. Try again.", null, isTransient: true);
            var keys = places.Select(p => new OnlineKey(_table, entities[p])).ToArray();
            var stored = new OnlineRow?[keys.Length];
            await _store.ReadAsync(keys, stored, cancellationToken).ConfigureAwait(false);
            var (writes, written) = (new List<OnlineWrite>(keys.Length), new List<int>(keys.Length));
            for (var i = 0; i < keys.Length; i++)
            {
                if (make(places[i], stored[i]) is not { } row)
                {
                    counts.Superseded++;
                    continue;
                }

                writes.Add(new(keys[i], row, stored[i]?.Revision ?? 0));
                written.Add(places[i]);
            }

            var results = writes.Count == 0 ? [] : await _store.WriteAsync(writes, cancellationToken).ConfigureAwait(false);
            places = [.. written.Where((_, i) => results[i] == OnlineWriteResult.Conflict)];
            counts.Written += results.Count - places.Count;
        }
    }

    private (List<KeyValuePair<byte[], List<WindowStateEvent>>> Entities, long Rejected) Group(RecordBatch events)
    {
        var keys = new KeyIndex(_keys, keepsValues: true);
        var ids = new int[events.Length];
        keys.Resolve([.. _keys.Select(k => events.Column(k.Name))], ids, add: true);
        var entities = Enumerable.Range(0, keys.Count).Select(id => KeyValuePair.Create(EntityKey.Write(_keys, keys.ValuesOf(id))!, new List<WindowStateEvent>())).ToList();
        var times = events.Column(EventColumns.EventTime);
        var created = _plan.View.CreatedTime is null ? null : events.Column(EventColumns.CreatedTime);
        var reversals = _plan.TakesBack ? events.Column(EventColumns.IsReversal) : null;
        var columns = _plan.Columns.Select(c => events.Column(c)).ToArray();
        var rejected = 0L;
        for (var row = 0; row < ids.Length; row++)
        {
            if (ids[row] < 0 || times.IsNull(row))
            {
                rejected++;
                continue;
            }

            entities[ids[row]].Value.Add(new(
                ArrowValues.Read(times, row).Bits,
                created is null || created.IsNull(row) ? long.MinValue : ArrowValues.Read(created, row).Bits,
                reversals is not null && !reversals.IsNull(row) && ArrowValues.Read(reversals, row).ToBoolean(),
                [.. columns.Select(c => ArrowValues.Read(c, row))]));
        }

        entities.RemoveAll(e => e.Value.Count == 0);
        return (entities, rejected);
    }

    private sealed class Counts
    {
        public long Written { get; set; }

        public long Superseded { get; set; }

        public long Late { get; set; }

        public long Repeated { get; set; }

        public WindowWrites ToWrites(long read, long rejected) => new(read, Written, Superseded, rejected, Late, Repeated);
    }
}

/// <summary>What was brought to the states of windows.</summary>
/// <param name="Read">The events that were read.</param>
/// <param name="Written">The entities that were written.</param>
/// <param name="Superseded">The entities to which nothing was to be added, or for which a later batch is there.</param>
/// <param name="Rejected">The events without a key or a time.</param>
/// <param name="Late">The pushed events before the moment up to which a batch has covered everything; the next batch brings them.</param>
/// <param name="Repeated">The pushed events that had been pushed before.</param>
internal sealed record WindowWrites(long Read, long Written, long Superseded, long Rejected, long Late, long Repeated);
