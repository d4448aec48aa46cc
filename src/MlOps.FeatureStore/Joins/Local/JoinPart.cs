using Apache.Arrow;
using Array = System.Array;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Joins the events of views to rows that name their entities by the same columns. First all rows are added, then all events, then the features are taken.</summary>
internal sealed class JoinPart
{
    private readonly KeyTable _keys;
    private readonly IReadOnlyList<SelectedView> _views;
    private readonly bool _createdBeforeRow;
    private readonly LatestEvents[] _latest;
    private int[] _entities = [];
    private long[] _times = [];
    private int _rows;
    private int _taken;

    /// <summary>Begins.</summary>
    /// <param name="keys">The join keys.</param>
    /// <param name="views">The views; all have these join keys.</param>
    /// <param name="createdBeforeRow">Whether events created after the row's time are left out.</param>
    public JoinPart(IReadOnlyList<Column> keys, IReadOnlyList<SelectedView> views, bool createdBeforeRow)
    {
        _keys = new(keys);
        _views = views;
        _createdBeforeRow = createdBeforeRow;
        _latest = new LatestEvents[views.Count];
    }

    /// <summary>Adds rows.</summary>
    /// <param name="keys">The columns that hold the join keys.</param>
    /// <param name="times">The time of each row.</param>
    public void AddRows(IReadOnlyList<IArrowArray> keys, ReadOnlySpan<long> times)
    {
        if (times.Length == 0) return;
        var rows = checked(_rows + times.Length);
        if (rows > _times.Length)
        {
            var room = (int)Math.Min(Math.Max(2L * _times.Length, rows), Array.MaxLength);
            Array.Resize(ref _times, room);
            Array.Resize(ref _entities, room);
        }

        times.CopyTo(_times.AsSpan(_rows));
        _keys.Add(keys, _entities.AsSpan(_rows, times.Length));
        _rows = rows;
    }

    /// <summary>Ends the rows.</summary>
    public void Prepare()
    {
        var slots = new TimeSlots(_entities.AsSpan(0, _rows), _times.AsSpan(0, _rows), _keys.Count);
        _entities = [];
        for (var i = 0; i < _views.Count; i++)
        {
            var view = _views[i].View;
            _latest[i] = new(slots, [.. ViewColumns.Of(_views[i]).Select(c => c.Type)], view.CreatedTime is not null, _createdBeforeRow, view.SkipsNulls);
        }
    }

    /// <summary>Adds events. Events of two views may be added at once.</summary>
    /// <param name="which">Which of the views.</param>
    /// <param name="events">The events.</param>
    /// <param name="scratch">Room, one for each thread.</param>
    public void AddEvents(int which, EventBatch events, EventScratch scratch)
    {
        if (events.Length == 0) return;
        var entities = scratch.Entities(events.Length);
        _keys.Find(events.Keys, scratch.Hashes(events.Length), entities);
        _latest[which].Add(entities, events.Times, events.CreatedTimes(scratch), events.Columns(ViewColumns.Of(_views[which])));
    }

    /// <summary>Ends the events.</summary>
    public void Complete()
    {
        foreach (var latest in _latest) latest.Complete();
    }

    /// <summary>Takes the features of the next rows.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="leakage">Counts values created after their row's time.</param>
    /// <returns>The features of each view, in order.</returns>
    public List<IArrowArray> Take(int rows, LeakageCounter leakage)
    {
        var features = new List<IArrowArray>();
        for (var i = 0; i < _views.Count; i++) Take(_views[i], _latest[i], _times.AsSpan(_taken, rows), leakage, features);
        _taken += rows;
        return features;
    }

    private void Take(SelectedView selected, LatestEvents latest, ReadOnlySpan<long> times, LeakageCounter leakage, List<IArrowArray> features)
    {
        var found = new int[latest.EventCount][];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = new int[times.Length];
            latest.Find(i, _taken, times, ViewColumns.TimeToLive(selected.View), found[i]);
        }

        Count(selected.View, latest, times, found, leakage);
        var columns = ViewColumns.Of(selected);
        foreach (var feature in selected.Features)
        {
            var column = columns.FindIndex(c => c.Name == feature.Column);
            features.Add(latest.Take(column, found[latest.EventOf(column)]));
        }
    }

    private static void Count(FeatureView view, LatestEvents latest, ReadOnlySpan<long> times, int[][] found, LeakageCounter leakage)
    {
        if (view.CreatedTime is null) return;
        var (matched, after) = (0L, 0L);
        for (var row = 0; row < times.Length; row++)
        {
            var (met, late) = (false, false);
            for (var i = 0; i < found.Length; i++)
            {
                var one = found[i][row];
                if (one < 0) continue;
                met = true;
                late |= latest.IsCreatedAfter(i, one, times[row]);
            }

            if (met) matched++;
            if (late) after++;
        }

        leakage.Add(view.Name, matched, after);
    }
}
