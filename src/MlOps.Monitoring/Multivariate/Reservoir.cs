namespace MlOps.Monitoring;

/// <summary>Keeps so many of all that comes by, each with the same chance (Vitter, ACM Transactions on Mathematical Software 11, 1985, algorithm R). The same seed keeps the same ones.</summary>
internal sealed class Reservoir<T>(int capacity, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<T> _kept = [];
    private long _seen;

    public IReadOnlyList<T> Kept => _kept;

    /// <summary>Offers the next one. It is made only when it is kept.</summary>
    public void Offer<TState>(TState state, Func<TState, T> make)
        where TState : allows ref struct
    {
        _seen++;
        if (_kept.Count < capacity) _kept.Add(make(state));
        else if (_random.NextInt64(_seen) is var at && at < capacity) _kept[(int)at] = make(state);
    }
}
