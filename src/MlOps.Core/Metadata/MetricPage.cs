namespace MlOps.Core;

/// <summary>Where a page of the history of a metric ends, as a text that callers hand back.</summary>
public static class MetricPage
{
    private static readonly SearchOrder[] Places =
    [
        new(new(SearchEntity.Attribute, "step", SearchType.Time), false),
        new(new(SearchEntity.Attribute, "time", SearchType.Time), false),
        new(new(SearchEntity.Attribute, "value", SearchType.Number), false),
    ];

    /// <summary>Writes where the next page begins.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="last">The last value of this page.</param>
    /// <returns>The place.</returns>
    public static string Write(string runId, Metric last)
    {
        ArgumentNullException.ThrowIfNull(last);
        return SearchCursor.Write(FingerprintOf(runId, last.Name), [last.Step, last.Time.UtcTicks, last.Value]);
    }

    /// <summary>Reads where a page begins.</summary>
    /// <param name="after">The place.</param>
    /// <param name="runId">The run.</param>
    /// <param name="metric">The metric.</param>
    /// <returns>The last value of the page before.</returns>
    /// <exception cref="SearchException">The place is none of this metric.</exception>
    public static Metric Read(string after, string runId, string metric)
    {
        ArgumentNullException.ThrowIfNull(after);
        var values = SearchCursor.Read(after, FingerprintOf(runId, metric), Places);
        return values is [long step, long ticks, double value] && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new(metric, value, step, new(ticks, TimeSpan.Zero))
            : throw new SearchException("Invalid page token: it was made by another version. Start at the first page.");
    }

    private static string FingerprintOf(string runId, string metric) => Sha256.Hex($"metric {runId} {metric}")[..16];
}
