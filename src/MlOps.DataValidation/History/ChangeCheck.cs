namespace MlOps.DataValidation;

/// <summary>A value has changed little.</summary>
internal abstract class ChangeCheck : ISeriesCheck
{
    protected ChangeCheck(string name, double? maxDecrease, double? maxIncrease, int order, int leastOrder)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, leastOrder);
        (Name, Bounds, Order) = (name, SeriesBounds.Of(maxDecrease, maxIncrease, nameof(maxDecrease), nameof(maxIncrease)), order);
    }

    public string Name { get; }

    public SeriesBounds Bounds { get; }

    public int Order { get; }

    public int PointsNeeded => Order;

    private string Subject => Order == 1 ? Name : $"{Name} of order {Order}";

    public IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end)
    {
        (start, end) = SeriesSpan.Check(series, start, end);
        var found = new List<SeriesAnomaly>();
        if (end <= Order) return found;
        var from = Math.Max(start, Order);
        var changes = Of(series[(from - Order)..end], Order);
        for (var i = 0; i < changes.Length; i++)
        {
            var index = from + i;
            if (!Bounds.Contains(changes[i]))
                found.Add(new(index, series[index], changes[i], Bounds.Lower, Bounds.Upper, $"is {SeriesBounds.Text(series[index])}: its {Subject} is {SeriesBounds.Text(changes[i])}, and should be {Bounds}"));
        }

        return found;
    }

    public override string ToString() => $"{Subject} {Bounds}";

    /// <summary>The changes of a series: as many fewer as the order says.</summary>
    protected abstract double[] Of(ReadOnlySpan<double> series, int order);
}
