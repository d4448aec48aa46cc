using System.Globalization;

namespace MlOps.Statistics;

/// <summary>The statistics of days, points in time or spans of time.</summary>
/// <remarks>
/// Days and points in time are counted in ticks of 100 ns from the beginning of 1970 in UTC, spans in ticks. What lies outside of the years 1 to 9999, as the infinities of databases do, is counted as
/// before or after everything else. Belongs to a <see cref="ColumnProfile"/> and grows with it.
/// </remarks>
public sealed class TimeStatistics
{
    private readonly ValueKind _kind;

    internal TimeStatistics(ValueKind kind, NumberStatistics ticks) => (_kind, Ticks) = (kind, ticks);

    /// <summary>Gets the statistics in ticks of 100 ns, for what has no member of its own.</summary>
    public NumberStatistics Ticks { get; }

    /// <summary>Gets the earliest point in time, in UTC; null without values and for spans.</summary>
    public DateTime? Earliest => PointOf(Ticks.MinInteger, Ticks.FiniteMin);

    /// <summary>Gets the latest point in time, in UTC; null without values and for spans.</summary>
    public DateTime? Latest => PointOf(Ticks.MaxInteger, Ticks.FiniteMax);

    /// <summary>Gets the shortest span; null without values and for points in time.</summary>
    public TimeSpan? Shortest => SpanOf(Ticks.MinInteger, Ticks.FiniteMin);

    /// <summary>Gets the longest span; null without values and for points in time.</summary>
    public TimeSpan? Longest => SpanOf(Ticks.MaxInteger, Ticks.FiniteMax);

    /// <summary>Gets how many values came with an offset from UTC other than 0. With some that have it and some that do not, the time zones are mixed.</summary>
    public long WithOffset { get; internal set; }

    /// <summary>Gives the point in time that a share of the values does not exceed.</summary>
    /// <param name="share">The share from 0 to 1.</param>
    /// <returns>The point in time in UTC, as near as <see cref="NumberStatistics.QuantileError"/> says; null without values and for spans.</returns>
    public DateTime? Quantile(double share) => PointOf(null, Ticks.Quantile(share));

    internal static string TextOf(ValueKind kind, long ticks) => kind switch
    {
        ValueKind.Duration => TimeSpan.FromTicks(ticks).ToString("c", CultureInfo.InvariantCulture),
        ValueKind.Date => At(ticks).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => At(ticks).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture),
    };

    internal string TextOf(long ticks) => TextOf(_kind, ticks);

    private DateTime? PointOf(long? exact, double ticks) => _kind == ValueKind.Duration || double.IsNaN(ticks) ? null : At(exact ?? Clamped(ticks));

    private TimeSpan? SpanOf(long? exact, double ticks) => _kind != ValueKind.Duration || double.IsNaN(ticks) ? null : TimeSpan.FromTicks(exact ?? Clamped(ticks));

    private static DateTime At(long ticks) => DateTime.UnixEpoch.AddTicks(Math.Clamp(ticks, DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks, DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks));

    private static long Clamped(double ticks) => ticks >= long.MaxValue ? long.MaxValue : ticks <= long.MinValue ? long.MinValue : (long)Math.Round(ticks);
}
