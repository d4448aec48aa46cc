using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Moments as microseconds since 1970, UTC.</summary>
internal static class Microseconds
{
    public const long PerDay = 86_400_000_000;
    private static readonly long Least = Of(DateTime.MinValue);
    private static readonly long Most = Of(DateTime.MaxValue);

    public static long Of(DateTime moment) =>
        ((moment.Kind == DateTimeKind.Local ? moment.ToUniversalTime() : moment).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Of(DateOnly date) => Of(date.ToDateTime(default, DateTimeKind.Utc));

    /// <summary>Gives a moment; one that .NET cannot hold is moved to its first or last.</summary>
    public static DateTime ToDateTime(long microseconds) => DateTime.UnixEpoch.AddTicks(Math.Clamp(microseconds, Least, Most) * TimeSpan.TicksPerMicrosecond);

    /// <summary>Reads a moment as people and programs write it; without a zone it is UTC.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long microseconds)
    {
        var read = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment);
        microseconds = read ? Of(moment) : 0;
        return read;
    }
}
