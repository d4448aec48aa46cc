namespace FlightDelays;

/// <summary>A clock that can be set: the sample lives through May and June 2001 in less than a minute.</summary>
internal sealed class ReplayClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _base = start;
    private long _since = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _base + System.GetElapsedTime(_since);
    }

    public void Set(DateTimeOffset time)
    {
        lock (_gate) (_base, _since) = (time, System.GetTimestamp());
    }
}
