namespace MlOps.FeatureStore;

/// <summary>Which events a window holds as of a moment: those from <see cref="Begin"/> on and before <see cref="End"/>, in microseconds.</summary>
/// <param name="Length">How far back it reaches; null for ever.</param>
/// <param name="Hop">The step of its beginning.</param>
/// <param name="IsTumbling">Whether it ends on a hop, too.</param>
internal readonly record struct WindowFrame(long? Length, long Hop, bool IsTumbling)
{
    public static WindowFrame Of(Aggregation aggregation) => new(
        aggregation.Window is { } window ? window.Ticks / TimeSpan.TicksPerMicrosecond : null,
        aggregation.Hop.Ticks / TimeSpan.TicksPerMicrosecond,
        aggregation.IsTumbling);

    /// <summary>Gets the tile of which every window of this frame begins, and a tumbling one ends, on an edge.</summary>
    public long Tile => IsTumbling && Length is { } length ? GreatestCommonDivisor(length, Hop) : Hop;

    /// <summary>Gives the first moment of the window.</summary>
    public long Begin(long moment) => Length is not { } length ? long.MinValue : IsTumbling ? Less(Floor(moment, Hop), length) : Floor(Less(moment, length), Hop);

    /// <summary>Gives the moment that the window ends before.</summary>
    public long End(long moment) => IsTumbling ? Floor(moment, Hop) : moment;

    /// <summary>Gives the first moment as of which an event is before the end of the window.</summary>
    public long SeenFrom(long time)
    {
        if (!IsTumbling) return time == long.MaxValue ? time : time + 1;
        var floor = Floor(time, Hop);
        return floor > long.MaxValue - Hop ? long.MaxValue : floor + Hop;
    }

    /// <summary>Rounds down to a multiple, also before 1970.</summary>
    public static long Floor(long value, long step)
    {
        var rest = value % step;
        return rest >= 0 ? value - rest : value < long.MinValue + step - 1 ? long.MinValue : value - rest - step;
    }

    private static long Less(long value, long length) => value < long.MinValue + length ? long.MinValue : value - length;

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
