namespace MlOps.Relational;

/// <summary>Moments as the tables hold them: microseconds since 1970 in UTC.</summary>
internal static class Micros
{
    internal static long From(DateTimeOffset time) => (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond);

    internal static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
