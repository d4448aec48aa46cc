using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>What the parts of the log are called that hold a day.</summary>
internal static class DayParts
{
    private const string Format = "yyyy-MM-dd";
    private const string PredictedPrefix = "of-";

    public static string Of(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Gives the part of the true values of the predictions of a day.</summary>
    public static string OfPredicted(DateOnly day) => PredictedPrefix + Of(day);

    public static DateOnly? DayOf(string part) => DateOnly.TryParseExact(part, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static DateOnly? PredictedDayOf(string part) => part.StartsWith(PredictedPrefix, StringComparison.Ordinal) ? DayOf(part[PredictedPrefix.Length..]) : null;

    public static bool IsBetween(DateOnly? day, DateOnly? first, DateOnly? last) => day is { } known && !(known < first) && !(known > last);
}
