using System.Runtime.CompilerServices;
using Apache.Arrow;

namespace MlOps.FeatureStore;

/// <summary>Leaves at each row the newest event that it sees.</summary>
internal sealed class JoinPart : IJoinPart
{
    private readonly PartRows _rows;
    private readonly IReadOnlyList<SelectedView> _views;
    private readonly bool _createdBeforeRow;
    private readonly LatestEvents[] _latest;
    private int _taken;

    /// <summary>Begins.</summary>
    /// <param name="views">The views; all have the same join keys.</param>
    /// <param name="createdBeforeRow">Whether events created after the row's time are left out.</param>
    public JoinPart(IReadOnlyList<SelectedView> views, bool createdBeforeRow)
    {
        _rows = new(views[0].View.Keys);
        _views = views;
        _createdBeforeRow = createdBeforeRow;
        _latest = new LatestEvents[views.Count];
    }

    public void AddRows(IReadOnlyList<IArrowArray> keys, ReadOnlySpan<long> times) => _rows.Add(keys, times);

    public void Prepare()
    {
        var slots = new TimeSlots(_rows.Entities, _rows.Times, _rows.Keys.Count);
        _rows.DropEntities();
        for (var i = 0; i < _views.Count; i++)
        {
            var view = _views[i].View;
            _latest[i] = new(slots, [.. ViewColumns.Of(_views[i]).Select(c => c.Type)], view.CreatedTime is not null, _createdBeforeRow, view.SkipsNulls, ViewColumns.TimeToLive(view));
        }
    }

    public void AddEvents(int which, RecordBatch events, EventScratch scratch)
    {
        if (events.Length == 0) return;
        var batch = new EventBatch(_views[which].View, events);
        var entities = scratch.Entities(batch.Length);
        _rows.Keys.Find(batch.Keys, scratch.Hashes(batch.Length), entities);
        _latest[which].Add(entities, batch.Times, batch.CreatedTimes(scratch), batch.Columns(ViewColumns.Of(_views[which])));
    }

    public void EndEvents(int which, CancellationToken cancellationToken) => _latest[which].Complete();

    public List<IArrowArray> Take(int rows, LeakageCounter leakage)
    {
        var features = new List<IArrowArray>();
        for (var i = 0; i < _views.Count; i++) Take(_views[i], _latest[i], _rows.Times.Slice(_taken, rows), leakage, features);
        _taken += rows;
        return features;
    }

    private void Take(SelectedView selected, LatestEvents latest, ReadOnlySpan<long> times, LeakageCounter leakage, List<IArrowArray> features)
    {
        var found = new int[latest.EventCount][];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = new int[times.Length];
            latest.Find(i, _taken, times, found[i]);
        }

        Count(selected.View, latest, times, found, leakage);
        var columns = ViewColumns.Of(selected);
        foreach (var feature in selected.Features)
        {
            var column = columns.FindIndex(c => c.Name == feature.Column);
            features.Add(latest.Take(column, found[latest.EventOf(column)]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
