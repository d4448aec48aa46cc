namespace MlOps.DataValidation;

/// <summary>A value has changed little.</summary>
internal abstract class ChangeCheck : ISeriesCheck
{
    private readonly string _name;
    private readonly SeriesBounds _bounds;
    private readonly int _order;

    protected ChangeCheck(string name, double? maxDecrease, double? maxIncrease, int order, int leastOrder)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, leastOrder);
        (_name, _bounds, _order) = (name, SeriesBounds.Of(maxDecrease, maxIncrease, nameof(maxDecrease), nameof(maxIncrease)), order);
    }

    public int PointsNeeded => _order;

    private string Subject => _order == 1 ? _name : $"{_name} of order {_order}";

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        (start, end) = SeriesSpan.Check(series, start, end);
        var found = new List<SeriesAnomaly>();
        if (end <= _order) return found;
        var from = Math.Max(start, _order);
        var changes = Of(series[(from - _order)..end], _order);
        for (var i = 0; i < changes.Length; i++)
        {
            var index = from + i;
            if (!_bounds.Contains(changes[i]))
                found.Add(new(index, series[index], changes[i], _bounds.Lower, _bounds.Upper, $"is {SeriesBounds.Text(series[index])}: its {Subject} is {SeriesBounds.Text(changes[i])}, and should be {_bounds}"));
        }

        return found;
    }

    public override string ToString() => $"{Subject} {_bounds}";

    /// <summary>The changes of a series: as many fewer as the order says.</summary>
    protected abstract double[] Of(ReadOnlySpan<double> series, int order);
}
