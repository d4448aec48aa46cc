namespace MlOps.Statistics;

/// <summary>The drift detection method: the error rate of a learner has risen some standard deviations above its least.</summary>
/// <remarks>J. Gama, P. Medas, G. Castillo, P. Rodrigues, Learning with Drift Detection, SBIA 2004. p is the error rate, s = sqrt(p (1 - p) / n); warning and drift when p + s is above p_min + k s_min.</remarks>
public sealed class Ddm : ErrorDetector
{
    private long _count;
    private double _rate;
    private double _leastRate = double.PositiveInfinity;
    private double _leastDeviation = double.PositiveInfinity;

    /// <inheritdoc/>
    public override string Name => "ddm";

    /// <summary>Gets after how many values changes are looked for. The default is 30.</summary>
    public int WarmStart { get; init => field = Positive(value, nameof(WarmStart)); } = 30;

    /// <summary>Gets at how many standard deviations it warns. The default is 2.</summary>
    public double WarningThreshold { get; init => field = Positive(value, nameof(WarningThreshold)); } = 2;

    /// <summary>Gets at how many standard deviations it is a drift. The default is 3.</summary>
    public double DriftThreshold { get; init => field = Positive(value, nameof(DriftThreshold)); } = 3;

    internal static Ddm Read(StateReader reader) => new()
    {
        WarmStart = (int)reader.Number(),
        WarningThreshold = reader.Double(),
        DriftThreshold = reader.Double(),
        _count = reader.Number(),
        _rate = reader.Double(),
        _leastRate = reader.Double(),
        _leastDeviation = reader.Double(),
    };

    private protected override ChangeSignal Take(double value)
    {
        _count++;
        _rate += (value - _rate) / _count;
        if (_count <= WarmStart) return ChangeSignal.None;
        var deviation = Math.Sqrt(Math.Max(0, _rate * (1 - _rate)) / _count);
        if (_rate + deviation <= _leastRate + _leastDeviation) (_leastRate, _leastDeviation) = (_rate, deviation);
        if (_rate + deviation > _leastRate + (DriftThreshold * _leastDeviation)) return ChangeSignal.Drift;
        return _rate + deviation > _leastRate + (WarningThreshold * _leastDeviation) ? ChangeSignal.Warning : ChangeSignal.None;
    }

    private protected override void Begin()
    {
        (_count, _rate) = (0, 0);
        (_leastRate, _leastDeviation) = (double.PositiveInfinity, double.PositiveInfinity);
    }

    private protected override void Write(StateWriter writer)
    {
        writer.Number(WarmStart);
        writer.Double(WarningThreshold);
        writer.Double(DriftThreshold);
        writer.Number(_count);
        writer.Double(_rate);
        writer.Double(_leastRate);
        writer.Double(_leastDeviation);
    }
}
