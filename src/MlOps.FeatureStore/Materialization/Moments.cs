using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Microseconds that may lie outside what a <see cref="DateTimeOffset"/> holds.</summary>
internal static class Moments
{
    private static readonly long First = FeatureTime.ToMicros(DateTimeOffset.MinValue);
    private static readonly long Last = FeatureTime.ToMicros(DateTimeOffset.MaxValue);

    public static DateTimeOffset ToTime(long micros) => FeatureTime.FromMicros(Math.Clamp(micros, First, Last));

    public static long Of(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Goes back, but not before the beginning of time.</summary>
    public static long Back(long from, TimeSpan by) => from < First + Of(by) ? long.MinValue : from - Of(by);
}
