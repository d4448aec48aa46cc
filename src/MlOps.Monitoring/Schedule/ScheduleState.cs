namespace MlOps.Monitoring;

/// <summary>What is remembered of the schedule of a monitor.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Schedule">The schedule; another one begins anew.</param>
/// <param name="Last">The moment that was due last and was run or left out, or when the schedule began.</param>
/// <param name="Counted">The predictions since then, of a schedule that counts them.</param>
/// <param name="Claim">Who runs what is due; null when nobody does.</param>
internal sealed record ScheduleState(string Monitor, string Schedule, DateTimeOffset Last, long Counted, Lease? Claim)
{
    public static string KeyOf(string monitor) => MonitorMemories.KeyOf("schedules/", monitor);

    public static string Describe(MonitorOptions options) => options.Cron is { } cron ? $"cron {cron}" : options.Every is { } every ? FormattableString.Invariant($"every {every}") : "predictions";
}
