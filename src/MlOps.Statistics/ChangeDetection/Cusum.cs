namespace MlOps.Statistics;

/// <summary>The tabular cumulative sum: many small deviations to one side of the first values add up to a drift, a single outlier does not.</summary>
/// <remarks>
/// E. S. Page, Biometrika 41, 1954. S+ = max(0, S+ + x - mean - slack), S- likewise; a drift is a sum above the threshold. Mean and sample standard deviation are those of the first values, then frozen.
/// With the classical slack 0.5 and threshold 5 a normal stream alarms falsely every few hundred values: raise the threshold for long streams.
/// </remarks>
public sealed class Cusum : ChangeDetector
{
    private Reference _reference;
    private double _rise;
    private double _fall;

    /// <inheritdoc/>
    public override string Name => "cusum";

    /// <summary>Gets how many values the mean is taken from; the last of them is looked at already. The default is 30.</summary>
    public int MinInstances { get; init => field = Positive(value, nameof(MinInstances)); } = 30;

    /// <summary>Gets how much of each deviation is not counted, in standard deviations. The default is 0.5.</summary>
    public double Slack { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Slack must not be negative."); } = 0.5;

    /// <summary>Gets the sum above which it is a drift, in standard deviations. The default is 5.</summary>
    public double Threshold { get; init => field = Positive(value, nameof(Threshold)); } = 5;

    /// <summary>Gets which changes are looked for. The default is both.</summary>
    public ChangeDirection Direction { get; init; }

    internal static Cusum Read(StateReader reader) => new()
    {
        MinInstances = (int)reader.Number(),
        Slack = reader.Double(),
        Threshold = reader.Double(),
        Direction = (ChangeDirection)reader.Byte(),
        _reference = Reference.Read(reader),
        _rise = reader.Double(),
        _fall = reader.Double(),
    };

    private protected override ChangeSignal Take(double value)
    {
        if (!_reference.Fill(value, MinInstances)) return ChangeSignal.None;
        var (distance, slack) = (value - _reference.Mean, Slack * _reference.Deviation);
        _rise = Math.Max(0, _rise + distance - slack);
        _fall = Math.Max(0, _fall - distance - slack);
        return Directions.Exceeds(Direction, _rise, _fall, Threshold * _reference.Deviation) ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin()
    {
        _reference = default;
        (_rise, _fall) = (0, 0);
    }

    private protected override void Write(StateWriter writer)
    {
        writer.Number(MinInstances);
        writer.Double(Slack);
        writer.Double(Threshold);
        writer.Byte((byte)Direction);
        _reference.Write(writer);
        writer.Double(_rise);
        writer.Double(_fall);
    }
}
