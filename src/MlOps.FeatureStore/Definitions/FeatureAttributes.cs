namespace MlOps.FeatureStore;

/// <summary>Makes a record of the host's own a feature view: its properties are the columns, named in camel case: Delay is delay. Taken up by <see cref="FeatureBuilder.View{TEvent}"/>.</summary>
/// <param name="name">The name of the view.</param>
/// <param name="entities">The entities, where a join key does not name its own. An entity that no definition adds is made of the join keys.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class FeatureViewAttribute(string name, params string[] entities) : Attribute
{
    /// <summary>Gets the name of the view.</summary>
    public string Name => name;

    /// <summary>Gets the entities.</summary>
    public IReadOnlyList<string> Entities => entities;

    /// <summary>Gets or sets how long an event counts, as 90s, 5m, 24h, 7d or 2w; null is for ever.</summary>
    public string? TimeToLive { get; set; }

    /// <summary>Gets or sets whether a feature that is missing in the newest event takes its value of the newest event that has one.</summary>
    public bool SkipsNulls { get; set; }

    /// <summary>Gets or sets who answers for it.</summary>
    public string? Owner { get; set; }

    /// <summary>Gets or sets what it is, for people.</summary>
    public string? Description { get; set; }

    /// <summary>Gets or sets tags, as <c>personal</c> or <c>source=radar</c>. They hold for all of its features.</summary>
    public string[] Tags { get; set; } = [];
}

/// <summary>Makes a property a join key.</summary>
/// <param name="name">The join key; null gives it the name of the column.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class JoinKeyAttribute(string? name = null) : Attribute
{
    /// <summary>Gets the join key; null has the name of the column.</summary>
    public string? Name => name;

    /// <summary>Gets or sets the entity that it identifies; null is the first of the view.</summary>
    public string? Entity { get; set; }
}

/// <summary>Makes a property the time at which an event happened.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class EventTimeAttribute : Attribute;

/// <summary>Makes a property the time at which an event was written at its source.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class CreatedTimeAttribute : Attribute;

/// <summary>Makes a property the mark of an event that takes back an earlier one with the same values.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ReversalAttribute : Attribute;

/// <summary>Makes a property a feature: its value in the newest event.</summary>
/// <param name="name">The feature; null gives it the name of the column.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class FeatureAttribute(string? name = null) : Attribute
{
    /// <summary>Gets the feature; null has the name of the column.</summary>
    public string? Name => name;

    /// <summary>Gets or sets what it is, for people.</summary>
    public string? Description { get; set; }

    /// <summary>Gets or sets tags, as <c>personal</c> or <c>source=radar</c>.</summary>
    public string[] Tags { get; set; } = [];
}

/// <summary>Adds features that are computed from a property over windows, or from the events themselves when it stands at the record.</summary>
/// <param name="kind">What is computed.</param>
/// <param name="windows">The windows, as 1h or 7d; none for all the history.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class AggregateAttribute(AggregationKind kind, params string[] windows) : Attribute
{
    /// <summary>Gets what is computed.</summary>
    public AggregationKind Kind => kind;

    /// <summary>Gets the windows.</summary>
    public IReadOnlyList<string> Windows => windows;

    /// <summary>Gets or sets the step in which the beginning of the windows moves; null is that of their length.</summary>
    public string? Hop { get; set; }

    /// <summary>Gets or sets whether the windows also end on a hop.</summary>
    public bool IsTumbling { get; set; }

    /// <summary>Gets or sets how many of the latest or largest values.</summary>
    /// <value>The default is 1.</value>
    public int K { get; set; } = 1;

    /// <summary>Gets or sets which quantile, from 0 to 1.</summary>
    /// <value>The default is 0.5, the median.</value>
    public double Quantile { get; set; } = 0.5;

    /// <summary>Gets or sets what the names of the features begin with; null begins them with the name of the column.</summary>
    public string? As { get; set; }
}
