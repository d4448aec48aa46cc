namespace MlOps.Core;

/// <summary>Moments as the feature store keeps them: microseconds since 1970-01-01T00:00:00Z, rounded down, also before 1970.</summary>
public static class FeatureTime
{
    /// <summary>Gives the microseconds of a moment.</summary>
    /// <param name="time">The moment, in any zone.</param>
    /// <returns>The microseconds.</returns>
    public static long ToMicros(DateTimeOffset time) => (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Gives the moment of microseconds.</summary>
    /// <param name="micros">The microseconds.</param>
    /// <returns>The moment, in UTC.</returns>
    public static DateTimeOffset FromMicros(long micros) => DateTimeOffset.UnixEpoch.AddTicks(checked(micros * TimeSpan.TicksPerMicrosecond));
}
