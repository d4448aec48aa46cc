using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

/// <summary>The rules of the point-in-time join, word for word, looking at every event for every row.</summary>
internal static class NaiveJoin
{
    /// <summary>Joins.</summary>
    /// <param name="rows">Key values and time of each row.</param>
    /// <param name="events">The events in source order.</param>
    /// <param name="timeToLive">Microseconds; null for no limit.</param>
    /// <param name="createdBeforeRow">Whether later created events are left out.</param>
    /// <param name="skipsNulls">Whether each feature takes the newest event that has a value.</param>
    /// <param name="featureCount">The number of features.</param>
    public static List<FeatureValue[]> Join(
        IReadOnlyList<(FeatureValue[] Keys, long Time)> rows, IReadOnlyList<NaiveEvent> events, long? timeToLive, bool createdBeforeRow, bool skipsNulls, int featureCount) =>
    [
        .. rows.Select(row =>
        {
            var seen = events.Where(e => e.Time is { } time
                && row.Keys.All(k => !k.IsMissing) && row.Keys.SequenceEqual(e.Keys)
                && time <= row.Time && (timeToLive is null || row.Time - time <= timeToLive)
                && (!createdBeforeRow || e.Created <= row.Time));
            var newestFirst = seen.Select((e, i) => (e, i)).OrderByDescending(x => x.e.Time).ThenByDescending(x => x.e.Created ?? long.MinValue).ThenByDescending(x => x.i).Select(x => x.e).ToList();
            return Enumerable.Range(0, featureCount)
                .Select(f => newestFirst.Where(e => !skipsNulls || !e.Values[f].IsMissing).Select(e => e.Values[f]).FirstOrDefault())
                .ToArray();
        }),
    ];
}

/// <summary>An event.</summary>
internal sealed record NaiveEvent(FeatureValue[] Keys, long? Time, long? Created, FeatureValue[] Values);
