namespace MlOps.Core;

/// <summary>A registered model: a name under which versions are kept.</summary>
/// <param name="Name">The name.</param>
/// <param name="CreatedAt">When it was registered.</param>
public sealed record RegisteredModel(string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Gets when it, a version or an alias of it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    /// <summary>Gets what it is for; null when nobody said so.</summary>
    public string? Description { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets its aliases with the versions that they point to.</summary>
    public IReadOnlyDictionary<string, int> Aliases { get; init; } = new Dictionary<string, int>();

    /// <summary>Gets the highest number of a version that it has or had; 0 for none.</summary>
    public int LastVersion { get; init; }
}

/// <summary>A model to be registered.</summary>
/// <param name="Name">The name: any text of 1 to 256 characters without control characters. Only names of letters, digits, dots, dashes and underscores can be served.</param>
/// <param name="Note">Who registers it, why and when.</param>
public sealed record NewModel(string Name, ChangeNote Note)
{
    /// <summary>Gets what it is for; null for nothing said.</summary>
    public string? Description { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>What is to be changed of a model, all of it or nothing. What is null stays.</summary>
/// <param name="Note">Who changes it, why and when.</param>
public sealed record ModelChange(ChangeNote Note)
{
    /// <summary>Gets the new name; its versions, aliases and tags go with it.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the new description; empty removes it.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the tags to set.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the tags to remove; one that is not there is passed over.</summary>
    public IReadOnlyList<string> RemovedTags { get; init; } = [];
}

/// <summary>Who changes something in a registry, why and when.</summary>
/// <param name="By">A person or a run.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="At">When.</param>
public sealed record ChangeNote(string By, string Reason, DateTimeOffset At);

/// <summary>Which models to list.</summary>
public sealed record ModelQuery
{
    /// <summary>Gets the condition over name and tags: MLflow's grammar with OR, NOT, parentheses and IN; null for all.</summary>
    public string? Filter { get; init; }

    /// <summary>Gets the order, as <c>last_updated_timestamp DESC</c>; by default by name.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Gets how many to list at most.</summary>
    /// <value>The default is 100, the most 10,000.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Gets where to read on: <see cref="Page{T}.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }
}
