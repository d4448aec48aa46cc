namespace MlOps.Statistics;

/// <summary>The exponentially weighted moving average chart: the fading mean of the newest values is held against the mean of all. Good at small lasting shifts.</summary>
/// <remarks>
/// S. W. Roberts, Technometrics 1, 1959. z = alpha x + (1 - alpha) z; a drift is |z - mean| above threshold times s sqrt(alpha / (2 - alpha) (1 - (1 - alpha)^(2 n))), with s the fading standard deviation.
/// </remarks>
public sealed class Ewma : ChangeDetector
{
    private long _count;
    private double _mean;
    private double _fading;
    private double _fadingSquares;

    /// <inheritdoc/>
    public override string Name => "ewma";

    /// <summary>Gets the weight of the newest value, above 0 and at most 1. The default is 0.1.</summary>
    public double Alpha { get; init => field = value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Alpha must be above 0 and at most 1."); } = 0.1;

    /// <summary>Gets how many standard errors the fading mean may be away. The default is 4.</summary>
    public double Threshold { get; init => field = Positive(value, nameof(Threshold)); } = 4;

    /// <summary>Gets from which value on changes are looked for. The default is 30.</summary>
    public int MinInstances { get; init => field = Positive(value, nameof(MinInstances)); } = 30;

    /// <summary>Gets which changes are looked for. The default is both.</summary>
    public ChangeDirection Direction { get; init; }

    internal static Ewma Read(StateReader reader) => new()
    {
        Alpha = reader.Double(),
        Threshold = reader.Double(),
        MinInstances = (int)reader.Number(),
        Direction = (ChangeDirection)reader.Byte(),
        _count = reader.Number(),
        _mean = reader.Double(),
        _fading = reader.Double(),
        _fadingSquares = reader.Double(),
    };

    private protected override ChangeSignal Take(double value)
    {
        _count++;
        _mean += (value - _mean) / _count;
        _fading = _count == 1 ? value : (Alpha * value) + ((1 - Alpha) * _fading);
        _fadingSquares = _count == 1 ? value * value : (Alpha * value * value) + ((1 - Alpha) * _fadingSquares);
        if (_count < MinInstances) return ChangeSignal.None;
        var deviation = Math.Sqrt(Math.Max(0, _fadingSquares - (_fading * _fading)));
        var factor = Alpha / (2 - Alpha) * (1 - Math.Pow(1 - Alpha, 2.0 * _count));
        var distance = _fading - _mean;
        return Directions.Exceeds(Direction, distance, -distance, Threshold * deviation * Math.Sqrt(factor)) ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin() => (_count, _mean, _fading, _fadingSquares) = (0, 0, 0, 0);

    private protected override void Write(StateWriter writer)
    {
        writer.Double(Alpha);
        writer.Double(Threshold);
        writer.Number(MinInstances);
        writer.Byte((byte)Direction);
        writer.Number(_count);
        writer.Double(_mean);
        writer.Double(_fading);
        writer.Double(_fadingSquares);
    }
}
