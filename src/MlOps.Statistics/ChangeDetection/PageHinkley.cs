namespace MlOps.Statistics;

/// <summary>The Page-Hinkley test: the sum of deviations from the running mean is held against its own extreme.</summary>
/// <remarks>
/// E. S. Page, Biometrika 41, 1954; D. V. Hinkley, Biometrika 58, 1971; with forgetting as in River. The threshold is in the units of the values: scale them, or choose it for them.
/// </remarks>
public sealed class PageHinkley : ChangeDetector
{
    private long _count;
    private double _mean;
    private double _rise;
    private double _fall;
    private double _least = double.PositiveInfinity;
    private double _most = double.NegativeInfinity;

    /// <inheritdoc/>
    public override string Name => "page-hinkley";

    /// <summary>Gets from which value on changes are looked for. The default is 30.</summary>
    public int MinInstances { get; init => field = Positive(value, nameof(MinInstances)); } = 30;

    /// <summary>Gets how much of each deviation is not counted. The default is 0.005.</summary>
    public double Delta { get; init; } = 0.005;

    /// <summary>Gets the sum above which it is a drift. The default is 50.</summary>
    public double Threshold { get; init => field = Positive(value, nameof(Threshold)); } = 50;

    /// <summary>Gets the weight of the earlier sum at each value, above 0 and at most 1. The default is 0.9999.</summary>
    public double Alpha { get; init => field = value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Alpha must be above 0 and at most 1."); } = 0.9999;

    /// <summary>Gets which changes are looked for. The default is both.</summary>
    public ChangeDirection Direction { get; init; }

    /// <summary>Gets whether the sum is kept from falling below 0 instead of being held against its least, as in the one-sided form of earlier River and scikit-multiflow, which finds a sum at the threshold, too. Only for rises.</summary>
    public bool IsClamped { get; init; }

    internal static PageHinkley Read(StateReader reader) => new()
    {
        MinInstances = (int)reader.Number(),
        Delta = reader.Double(),
        Threshold = reader.Double(),
        Alpha = reader.Double(),
        Direction = (ChangeDirection)reader.Byte(),
        IsClamped = reader.Flag(),
        _count = reader.Number(),
        _mean = reader.Double(),
        _rise = reader.Double(),
        _fall = reader.Double(),
        _least = reader.Double(),
        _most = reader.Double(),
    };

    private protected override ChangeSignal Take(double value)
    {
        _count++;
        _mean += (value - _mean) / _count;
        var distance = value - _mean;
        _rise = (Alpha * _rise) + distance - Delta;
        if (IsClamped)
        {
            _rise = Math.Max(0, _rise);
            return _count + 1 >= MinInstances && _rise >= Threshold ? ChangeSignal.Drift : ChangeSignal.None;
        }

        _fall = (Alpha * _fall) + distance + Delta;
        _least = Math.Min(_least, _rise);
        _most = Math.Max(_most, _fall);
        return _count >= MinInstances && Directions.Exceeds(Direction, _rise - _least, _most - _fall, Threshold) ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin()
    {
        (_count, _mean, _rise, _fall) = (0, 0, 0, 0);
        (_least, _most) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    private protected override void Write(StateWriter writer)
    {
        writer.Number(MinInstances);
        writer.Double(Delta);
        writer.Double(Threshold);
        writer.Double(Alpha);
        writer.Byte((byte)Direction);
        writer.Flag(IsClamped);
        writer.Number(_count);
        writer.Double(_mean);
        writer.Double(_rise);
        writer.Double(_fall);
        writer.Double(_least);
        writer.Double(_most);
    }
}
