namespace MlOps.FeatureStore;

/// <summary>The event times of an answer whose slots are its outputs: one for each view of an entity, for as long as all features of a view have one time, and else one for each feature.</summary>
internal ref struct OnlineTimes
{
    private readonly OnlinePlan _plan;
    private readonly int _count;
    private readonly Span<long> _row;
    private long[] _times;
    private bool _isShared = true;

    public OnlineTimes(OnlinePlan plan, int count, Span<long> row)
    {
        _plan = plan;
        _count = count;
        _row = row;
        _times = GC.AllocateUninitializedArray<long>(plan.Views.Length * count);
    }

    /// <summary>Takes the times of the features of the next entity out of the row.</summary>
    /// <param name="entity">The entity; they come in order.</param>
    public void Take(int entity)
    {
        if (_isShared && IsShared())
        {
            for (var v = 0; v < _plan.Views.Length; v++) _times[(entity * _plan.Views.Length) + v] = _row[_plan.Views[v].FirstSlot];
            return;
        }

        if (_isShared) Spread(entity);
        _row.CopyTo(_times.AsSpan(entity * _row.Length));
    }

    /// <summary>Gives the times, and which of an entity is that of each feature.</summary>
    /// <returns>Both; null for the latter when each feature has its own.</returns>
    public readonly (long[] Times, int[]? TimeOf) Finish() => (_times, _isShared ? _plan.ViewOfSlot : null);

    private readonly bool IsShared()
    {
        foreach (var view in _plan.Views)
        {
            var times = _row.Slice(view.FirstSlot, view.Count);
            if (times.ContainsAnyExcept(times[0])) return false;
        }

        return true;
    }

    private void Spread(int entities)
    {
        var spread = GC.AllocateUninitializedArray<long>(_row.Length * _count);
        for (var entity = 0; entity < entities; entity++)
        {
            for (var v = 0; v < _plan.Views.Length; v++)
                spread.AsSpan((entity * _row.Length) + _plan.Views[v].FirstSlot, _plan.Views[v].Count).Fill(_times[(entity * _plan.Views.Length) + v]);
        }

        (_times, _isShared) = (spread, false);
    }
}
