using System.Globalization;

namespace MlOps.Core;

/// <summary>Points in time and spans as people read them.</summary>
internal static class TimeText
{
    public static string Point(DateTime time) => time.TimeOfDay == TimeSpan.Zero
        ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Span(double ticks) => Math.Abs(ticks) switch
    {
        >= TimeSpan.TicksPerDay => $"{Readable.Short(Math.Round(ticks / TimeSpan.TicksPerDay, 2))} d",
        >= TimeSpan.TicksPerHour => $"{Readable.Short(Math.Round(ticks / TimeSpan.TicksPerHour, 2))} h",
        >= TimeSpan.TicksPerMinute => $"{Readable.Short(Math.Round(ticks / TimeSpan.TicksPerMinute, 2))} min",
        _ => $"{Readable.Short(ticks / TimeSpan.TicksPerSecond)} s",
    };
}
