using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Features of entities that come from one source of events.</summary>
public sealed record FeatureView
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the entities, one or several, whose join keys together name a row.</summary>
    public required IReadOnlyList<Entity> Entities { get; init; }

    /// <summary>Gets where the events come from.</summary>
    public required FeatureSource Source { get; init; }

    /// <summary>Gets the features. Either all are columns of the newest event, or all are computed over windows.</summary>
    public required IReadOnlyList<Feature> Features { get; init; }

    /// <summary>Gets the column that holds when an event happened. An event without it is put aside.</summary>
    public required string EventTime { get; init; }

    /// <summary>Gets the column that holds when an event was written at its source; null when there is none.</summary>
    public string? CreatedTime { get; init; }

    /// <summary>Gets how long an event counts, to the microsecond; null or zero is for ever. It has no meaning for windows, which say it themselves.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Gets the column that says of an event that it takes back an earlier one with the same values (the image before a change); null when there is none. For windows only.</summary>
    public string? IsReversal { get; init; }

    /// <summary>Gets the columns of the source that hold join keys, by key, where they are named otherwise.</summary>
    public IReadOnlyDictionary<string, string> KeyColumns { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets whether a feature that is missing in the newest event takes its value of the newest event that has one.</summary>
    public bool SkipsNulls { get; init; }

    /// <summary>Gets whether the view is brought to the online store.</summary>
    public bool IsOnline { get; init; } = true;

    /// <summary>Gets what it is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the join keys of all entities, in order.</summary>
    public IEnumerable<Column> Keys => Entities.SelectMany(e => e.Keys);

    /// <summary>Gets whether the features are computed over windows.</summary>
    public bool IsWindowed => Features.Any(f => f.Aggregation is not null);

    /// <summary>Gets the column of the source that holds a join key.</summary>
    /// <param name="key">The join key.</param>
    /// <returns>The column.</returns>
    public string ColumnOf(string key) => KeyColumns.GetValueOrDefault(key, key);
}
