using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Gives rows the windows over the events of their entities: both are held until all events of a view are there, then laid side by side.</summary>
internal sealed class WindowPart : IJoinPart
{
    private readonly IReadOnlyList<SelectedView> _views;
    private readonly bool _createdBeforeRow;
    private readonly JoinBudget _budget;
    private readonly PartRows _rows;
    private readonly Collected[] _events;
    private readonly WindowSweep?[] _sweeps;
    private int _taken;
    private bool _isCounted;

    /// <summary>Begins.</summary>
    /// <param name="views">The views; all have the same join keys.</param>
    /// <param name="schemas">The columns of the events of each view.</param>
    /// <param name="createdBeforeRow">Whether events created after the row's time are left out.</param>
    /// <param name="budget">The memory that there is for events.</param>
    public WindowPart(IReadOnlyList<SelectedView> views, IReadOnlyList<DatasetSchema> schemas, bool createdBeforeRow, JoinBudget budget)
    {
        (_views, _createdBeforeRow, _budget) = (views, createdBeforeRow, budget);
        _rows = new(views[0].View.Keys);
        _events = [.. views.Select((v, i) => new Collected(new(v.View, v.Features, schemas[i])))];
        _sweeps = new WindowSweep?[views.Count];
    }

    public void AddRows(IReadOnlyList<IArrowArray> keys, ReadOnlySpan<long> times) => _rows.Add(keys, times);

    public void Prepare()
    {
        // Rows are put in order view by view, when the events are there.
    }

    public void AddEvents(int which, RecordBatch events, EventScratch scratch)
    {
        if (events.Length == 0) return;
        var entities = scratch.Entities(events.Length);
        _rows.Keys.Find([.. _views[which].View.Keys.Select(k => events.Column(k.Name))], scratch.Hashes(events.Length), entities);
        var collected = _events[which];
        var bytes = (long)collected.Collector!.Add(events, entities) * collected.Collector.BytesOfEvent;
        collected.Bytes += bytes;
        _budget.Take(bytes);
    }

    public void EndEvents(int which, CancellationToken cancellationToken)
    {
        var collected = _events[which];
        var sweep = new WindowSweep(_views[which].View, _views[which].Features, collected.Collector!.Finish(_rows.Keys.Count), _rows.Count, _createdBeforeRow);
        sweep.Run(_rows.Entities, _rows.Times, cancellationToken);
        _sweeps[which] = sweep;
        collected.Collector = null;
        _budget.Return(collected.Bytes);
    }

    public List<IArrowArray> Take(int rows, LeakageCounter leakage)
    {
        var features = new List<IArrowArray>();
        for (var i = 0; i < _views.Count; i++)
        {
            var sweep = _sweeps[i]!;
            if (!_isCounted && _views[i].View.CreatedTime is not null) leakage.Add(_views[i].View.Name, sweep.Matched, sweep.CreatedLater);
            features.AddRange(sweep.Results.Select(r => r.ToArrow(_taken, rows)));
        }

        (_taken, _isCounted) = (_taken + rows, true);
        return features;
    }

    private sealed class Collected(WindowEventCollector collector)
    {
        public WindowEventCollector? Collector { get; set; } = collector;

        public long Bytes { get; set; }
    }
}
