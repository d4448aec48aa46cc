using System.Globalization;

namespace MlOps.Data;

/// <summary>Days and moments as columns hold them: days and microseconds since 1970-01-01 UTC.</summary>
internal static class CalendarText
{
    public const long MicrosecondsPerDay = 86_400_000_000;
    public static readonly int EpochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly long FirstMicrosecond = (DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    private static readonly long LastMicrosecond = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTime ToDateTime(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(Math.Clamp(microseconds, FirstMicrosecond, LastMicrosecond) * TimeSpan.TicksPerMicrosecond);

    public static long ToMicroseconds(DateTime utc) => FloorDivide(utc.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerMicrosecond);

    public static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    public static bool TryParseDate(ReadOnlySpan<char> text, out long days)
    {
        var parsed = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        days = parsed ? date.DayNumber - EpochDay : 0;
        return parsed;
    }

    /// <summary>Reads ISO 8601: a day, or a day and a time with or without an offset; without one it is UTC.</summary>
    public static bool TryParseTimestamp(ReadOnlySpan<char> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-') return false; // other orders of day and month are never guessed
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, Styles, out var moment)) return false;
        microseconds = ToMicroseconds(moment);
        return true;
    }
}
