namespace MlOps.Core;

/// <summary>A group of runs that can be compared.</summary>
/// <param name="Id">The identifier: a number in text.</param>
/// <param name="Name">The name, unique in the store, also among deleted ones.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record Experiment(string Id, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>The identifier of the experiment that every store has: runs that name none belong to it. Its name is <see cref="DefaultName"/>.</summary>
    public const string DefaultId = "0";

    /// <summary>The name of the experiment that every store has.</summary>
    public const string DefaultName = "Default";

    /// <summary>Gets when it, its tags or its lifecycle last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    /// <summary>Gets when it was deleted; null while it is in use.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Gets the URI under which other tools look for the artifacts of its runs; null for this store's own.</summary>
    public string? ArtifactLocation { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>An experiment to be created.</summary>
/// <param name="Name">The name.</param>
/// <param name="CreatedAt">When.</param>
public sealed record NewExperiment(string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Gets the URI under which other tools look for the artifacts of its runs; null for this store's own.</summary>
    public string? ArtifactLocation { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>What is to be changed of an experiment, all of it or nothing. What is null stays.</summary>
/// <param name="At">When it is changed.</param>
public sealed record ExperimentChange(DateTimeOffset At)
{
    /// <summary>Gets the new name. Only an experiment in use can be renamed.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the tags to set. A tag takes the new value.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the tags to remove; one that is not there is passed over.</summary>
    public IReadOnlyList<string> RemovedTags { get; init; } = [];

    /// <summary>Gets true to delete it with its runs, so that they can be restored, or false to restore it with the runs that were deleted with it.</summary>
    public bool? IsDeleted { get; init; }
}

/// <summary>Which experiments to list.</summary>
public sealed record ExperimentQuery
{
    /// <summary>Gets the condition: MLflow's grammar with OR, NOT, parentheses and IN; null for all.</summary>
    public string? Filter { get; init; }

    /// <summary>Gets the order, as "name DESC"; by default the newest first, then by descending identifier.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Gets whether to list deleted ones.</summary>
    public LifecycleView View { get; init; } = LifecycleView.Active;

    /// <summary>Gets how many to list at most.</summary>
    /// <value>The default is 100, the most 50,000.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Gets where to read on: <see cref="Page{T}.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }
}
