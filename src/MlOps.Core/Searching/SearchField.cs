namespace MlOps.Core;

/// <summary>Something that a search can look at.</summary>
/// <param name="Entity">The kind of thing.</param>
/// <param name="Key">Which of them: the name of an attribute, a metric, a parameter or a tag.</param>
/// <param name="Type">What its values are.</param>
public sealed record SearchField(SearchEntity Entity, string Key, SearchType Type);

/// <summary>The kinds of things that a search can look at.</summary>
public enum SearchEntity
{
    /// <summary>What each of the listed has by itself: a name, a time.</summary>
    Attribute,

    /// <summary>The latest value of a metric.</summary>
    Metric,

    /// <summary>A parameter.</summary>
    Parameter,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>The datasets that a run read. There may be several: a comparison holds when it holds of one.</summary>
    Dataset,
}

/// <summary>What the values of a field are.</summary>
public enum SearchType
{
    /// <summary>Texts: <see cref="string"/>. They are ordered by the numbers of their Unicode characters.</summary>
    Text,

    /// <summary>Numbers: <see cref="double"/>.</summary>
    Number,

    /// <summary>Moments: microseconds since 1970 in UTC as <see cref="long"/>. A filter compares them as whole milliseconds.</summary>
    Time,
}
