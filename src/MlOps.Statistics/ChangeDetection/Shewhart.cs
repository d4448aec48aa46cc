namespace MlOps.Statistics;

/// <summary>Shewhart's control chart: a single value outside of limits around the first values is a drift. Fast at large jumps, blind to small ones.</summary>
/// <remarks>W. A. Shewhart, Statistical Method from the Viewpoint of Quality Control, 1939. The limits are the mean of the first values, and k of their sample standard deviations, then frozen.</remarks>
public sealed class Shewhart : ChangeDetector
{
    private Reference _reference;

    /// <inheritdoc/>
    public override string Name => "shewhart";

    /// <summary>Gets how many standard deviations a value may be away. The default is 3, which alarms at 1 of 370 normal values.</summary>
    public double K { get; init => field = Positive(value, nameof(K)); } = 3;

    /// <summary>Gets how many values the limits are taken from; the last of them is looked at already. The default is 30.</summary>
    public int MinInstances { get; init => field = Positive(value, nameof(MinInstances)); } = 30;

    /// <summary>Gets which changes are looked for. The default is both.</summary>
    public ChangeDirection Direction { get; init; }

    internal static Shewhart Read(StateReader reader) => new()
    {
        K = reader.Double(),
        MinInstances = (int)reader.Number(),
        Direction = (ChangeDirection)reader.Byte(),
        _reference = Reference.Read(reader),
    };

    private protected override ChangeSignal Take(double value)
    {
        if (!_reference.Fill(value, MinInstances)) return ChangeSignal.None;
        var (distance, limit) = (value - _reference.Mean, K * _reference.Deviation);
        return Directions.Exceeds(Direction, distance, -distance, limit) ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin() => _reference = default;

    private protected override void Write(StateWriter writer)
    {
        writer.Double(K);
        writer.Number(MinInstances);
        writer.Byte((byte)Direction);
        _reference.Write(writer);
    }
}
