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
    private double _center;
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

    /// <summary>Gets whether the fading variance begins anew whenever its mean is 0, so that the first other value after zeros counts as if all had been like it. River's does; with the paper only the first value begins.</summary>
    internal bool RestartsAtZero { get; init; }

    internal static Ewma Read(StateReader reader)
    {
        var detector = new Ewma
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
        detector._center = detector._fading;
        return detector;
    }

    private protected override ChangeSignal Take(double value)
    {
        _count++;
        _mean += (value - _mean) / _count;
        _fading = Fade(_fading, value, _count == 1);
        _center = Fade(_center, value, _count == 1 || (RestartsAtZero && _center == 0));
        _fadingSquares = Fade(_fadingSquares, value * value, _count == 1 || (RestartsAtZero && _fadingSquares == 0));
        if (_count < MinInstances) return ChangeSignal.None;
        var deviation = Math.Sqrt(Math.Max(0, _fadingSquares - (_center * _center)));
        var factor = Alpha / (2 - Alpha) * (1 - Math.Pow(1 - Alpha, 2.0 * _count));
        var distance = _fading - _mean;
        return Directions.Exceeds(Direction, distance, -distance, Threshold * deviation * Math.Sqrt(factor)) ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin() => (_count, _mean, _fading, _center, _fadingSquares) = (0, 0, 0, 0, 0);

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

    private double Fade(double mean, double value, bool begins) => begins ? value : (Alpha * value) + ((1 - Alpha) * mean);
}
