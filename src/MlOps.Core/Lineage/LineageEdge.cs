namespace MlOps.Core;

/// <summary>Says that one thing went into another.</summary>
/// <param name="From">What went in.</param>
/// <param name="To">What it went into.</param>
/// <param name="Relation">How: one of <see cref="LineageRelations"/>, or a word of the host's own.</param>
/// <param name="At">When it began.</param>
/// <remarks>
/// An edge is identified by its two ends and its relation. Recorded again, it keeps the earliest beginning, and the latest of what was said of its end: so the order in
/// which records arrive does not matter, and the same record twice is the same as once.
/// </remarks>
public sealed record LineageEdge(LineageNode From, LineageNode To, string Relation, DateTimeOffset At)
{
    /// <summary>Gets when it ended, as a deployment that was replaced.</summary>
    /// <value>Null when it still holds, which is so of everything that happened once. An edge that ended and is recorded again with a later <see cref="At"/> holds again.</value>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the run in which it happened first; null when it was not in a run.</summary>
    public string? RunId { get; init; }
}

/// <summary>How things go into each other.</summary>
public static class LineageRelations
{
    /// <summary>Rows of a source were taken into a dataset.</summary>
    public const string Acquired = "acquired";

    /// <summary>A dataset or features were made from another dataset.</summary>
    public const string Derived = "derived";

    /// <summary>A run used a dataset.</summary>
    public const string Read = "read";

    /// <summary>A run learned from a dataset or from features.</summary>
    public const string LearnedFrom = "learned-from";

    /// <summary>A run chose its model with a dataset.</summary>
    public const string ValidatedWith = "validated-with";

    /// <summary>A run judged its model with a dataset that nothing was learned from.</summary>
    public const string AcceptedWith = "accepted-with";

    /// <summary>A run made a registered version.</summary>
    public const string Registered = "registered";

    /// <summary>A version predicted the rows of a dataset; what it said is another dataset, which is derived from the first.</summary>
    public const string Scored = "scored";

    /// <summary>A version was served.</summary>
    public const string Served = "served";

    /// <summary>A deployment wrote to a prediction log.</summary>
    public const string Logged = "logged";
}
