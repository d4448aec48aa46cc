using System.Globalization;

namespace MlOps.Core;

/// <summary>Reads days and moments in the extended format of ISO 8601, as requests carry them.</summary>
public static class IsoTime
{
    private static readonly string[] Moments =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd",
    ];

    /// <summary>Reads a day as the number of days since 1970; a moment counts when it is midnight in UTC.</summary>
    /// <param name="text">The text.</param>
    /// <param name="days">The days; 0 when it is none.</param>
    /// <returns>Whether it is a day.</returns>
    public static bool TryParseDay(ReadOnlySpan<char> text, out long days)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            days = day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
            return true;
        }

        var parsed = TryParseMoment(text, out var microseconds);
        days = microseconds / TimeSpan.MicrosecondsPerDay;
        return parsed && microseconds % TimeSpan.MicrosecondsPerDay == 0;
    }

    /// <summary>Reads a moment as the number of microseconds since 1970 in UTC. Without an offset it is UTC.</summary>
    /// <param name="text">The text.</param>
    /// <param name="microseconds">The microseconds, rounded down; 0 when it is none.</param>
    /// <returns>Whether it is a moment.</returns>
    public static bool TryParseMoment(ReadOnlySpan<char> text, out long microseconds)
    {
        var parsed = DateTime.TryParseExact(
            text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment);
        // Whole microseconds, rounded down also before 1970.
        microseconds = parsed ? (moment.Ticks / TimeSpan.TicksPerMicrosecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond) : 0;
        return parsed;
    }
}
