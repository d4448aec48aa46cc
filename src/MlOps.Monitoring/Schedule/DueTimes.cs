namespace MlOps.Monitoring;

/// <summary>The moments at which a monitor is due. They depend on the schedule alone, so that every host finds the same. Arithmetic without state.</summary>
internal static class DueTimes
{
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(366);

    /// <summary>Finds the moments after one and up to another.</summary>
    /// <returns>The latest of them, the oldest first, and how many older ones there are, of the last year.</returns>
    public static (IReadOnlyList<DateTimeOffset> Due, long Older) Between(MonitorOptions options, DateTimeOffset after, DateTimeOffset upTo, int most)
    {
        if (after >= upTo) return ([], 0);
        if (upTo - after > Furthest) after = upTo - Furthest;
        return options.Every is { } every ? Multiples(every, after, upTo, most) : Occurrences(options, after, upTo, most);
    }

    /// <summary>Finds the first moment after one; null when there is none.</summary>
    public static DateTimeOffset? Next(MonitorOptions options, DateTimeOffset after) => options.Every is { } every
        ? new DateTimeOffset((Count(every, after) + 1) * every.Ticks + DateTimeOffset.UnixEpoch.Ticks, TimeSpan.Zero)
        : CronText.Parse(options.Cron!)?.GetNextOccurrence(after.UtcDateTime) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;

    private static (IReadOnlyList<DateTimeOffset> Due, long Older) Multiples(TimeSpan every, DateTimeOffset after, DateTimeOffset upTo, int most)
    {
        var (first, last) = (Count(every, after) + 1, Count(every, upTo));
        var from = Math.Max(first, last - most + 1);
        var due = new List<DateTimeOffset>();
        for (var i = from; i <= last; i++) due.Add(new(DateTimeOffset.UnixEpoch.Ticks + i * every.Ticks, TimeSpan.Zero));
        return (due, Math.Max(0, from - first));
    }

    private static (IReadOnlyList<DateTimeOffset> Due, long Older) Occurrences(MonitorOptions options, DateTimeOffset after, DateTimeOffset upTo, int most)
    {
        var due = new Queue<DateTimeOffset>();
        long older = 0;
        foreach (var at in CronText.Parse(options.Cron!)!.GetOccurrences(after.UtcDateTime, upTo.UtcDateTime, fromInclusive: false, toInclusive: true))
        {
            due.Enqueue(new(at, TimeSpan.Zero));
            if (due.Count <= most) continue;
            due.Dequeue();
            older++;
        }

        return ([.. due], older);
    }

    // Rounded down, also before 1970.
    private static long Count(TimeSpan every, DateTimeOffset at)
    {
        var ticks = at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        return ticks / every.Ticks - (ticks % every.Ticks < 0 ? 1 : 0);
    }
}
