using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The row of one entity of a view that skips missing values: for each feature the newest event that has a value, and when that was. A missing value with a moment was deleted then.</summary>
internal sealed class SkippingRow(int features)
{
    public FeatureValue[] Values { get; } = new FeatureValue[features];

    public EventMoment[] Moments { get; } = [.. Enumerable.Repeat(EventMoment.Never, features)];

    /// <summary>Gets the newest event, whatever values it had.</summary>
    public EventMoment Newest { get; set; } = EventMoment.Never;

    /// <summary>Gets whether nothing happened after the entity was deleted.</summary>
    public bool IsDeleted => Array.TrueForAll(Values, v => v.IsMissing) && Array.TrueForAll(Moments, m => m == Newest);

    public static SkippingRow DeletedAt(EventMoment at, int features)
    {
        var row = new SkippingRow(features);
        row.Delete(at);
        return row;
    }

    /// <summary>Takes an event.</summary>
    public void Add(ReadOnlySpan<FeatureValue> values, EventMoment moment)
    {
        if (moment.Supersedes(Newest)) Newest = moment;
        for (var i = 0; i < Values.Length; i++)
        {
            if (!values[i].IsMissing && moment.Supersedes(Moments[i])) (Values[i], Moments[i]) = (values[i], moment);
        }
    }

    /// <summary>Takes what was stored before.</summary>
    /// <returns>Whether anything here is newer than what was stored.</returns>
    public bool MergeStored(SkippingRow stored)
    {
        var isNewer = Newest.Supersedes(stored.Newest) && Newest != stored.Newest;
        if (stored.Newest.Supersedes(Newest)) Newest = stored.Newest;
        for (var i = 0; i < Values.Length; i++)
        {
            if (Moments[i] != EventMoment.Never && Moments[i].Supersedes(stored.Moments[i])) isNewer |= Moments[i] != stored.Moments[i] || Values[i] != stored.Values[i];
            else (Values[i], Moments[i]) = (stored.Values[i], stored.Moments[i]);
        }

        return isNewer;
    }

    /// <summary>Forgets everything up to a moment, and remembers that.</summary>
    public void Delete(EventMoment at)
    {
        if (at.Supersedes(Newest)) Newest = at;
        for (var i = 0; i < Values.Length; i++)
        {
            if (at.Supersedes(Moments[i])) (Values[i], Moments[i]) = (FeatureValue.Missing, at);
        }
    }
}
