using Cronos;

namespace MlOps.Monitoring;

/// <summary>Reads cron expressions of five parts, or of six with seconds first.</summary>
internal static class CronText
{
    /// <summary>Reads an expression.</summary>
    /// <returns>The expression; null when it is none, or none of its moments ever comes.</returns>
    public static CronExpression? Parse(string text) =>
        CronExpression.TryParse(text, HasSeconds(text) ? CronFormat.IncludeSeconds : CronFormat.Standard, out var cron) && cron.GetNextOccurrence(DateTime.UnixEpoch) is not null ? cron : null;

    public static string Problem(string text) => $"'{text}' is no schedule that ever comes. Write minute, hour, day, month and day of the week, as '0 6 * * *' for each day at six in UTC.";

    private static bool HasSeconds(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length == 6;
}
