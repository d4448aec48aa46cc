namespace MlOps.Core;

/// <summary>One entry of the history of a registry. Each holds the hash of the one before, so that an entry which is changed, removed or put in later shows.</summary>
/// <param name="Sequence">Its place, from 1, without gaps.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that it is about, of an alias the one that it points to, or pointed to when it was removed; null when it is about none.</param>
/// <param name="Alias">The alias that it is about; null when it is about none.</param>
/// <param name="From">What was before: the version of the alias, the stage, or the name; null for nothing.</param>
/// <param name="To">What is after: the version of the alias, the stage, the name, the role of an approval, the digest of a bundle or the source of a version without one; null for nothing.</param>
/// <param name="By">Who did it: a person or a run.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When, to the microsecond.</param>
/// <param name="PreviousHash">The hash of the entry before: 64 zeros for the first.</param>
/// <param name="Hash">The SHA-256 of this entry and the hash before.</param>
public sealed record RegistryEvent(
    long Sequence,
    RegistryEventKind Kind,
    string Model,
    int? Version,
    string? Alias,
    string? From,
    string? To,
    string By,
    string Reason,
    DateTimeOffset At,
    string PreviousHash,
    string Hash)
{
    /// <summary>Gets whether it says where an alias points.</summary>
    public bool IsAliasChange => Kind is RegistryEventKind.AliasMoved or RegistryEventKind.AliasRolledBack;
}

/// <summary>What happened in a registry.</summary>
public enum RegistryEventKind
{
    /// <summary>A model was registered.</summary>
    ModelCreated,

    /// <summary>What is said of a model was changed.</summary>
    ModelChanged,

    /// <summary>A model got another name. There is an entry under each of the two, and its aliases are moved away under the old one and to the version under the new one.</summary>
    ModelRenamed,

    /// <summary>A model was removed.</summary>
    ModelDeleted,

    /// <summary>A version was registered.</summary>
    VersionRegistered,

    /// <summary>What is said of a version was changed.</summary>
    VersionChanged,

    /// <summary>The stage of a version was changed.</summary>
    StageChanged,

    /// <summary>A version was removed.</summary>
    VersionDeleted,

    /// <summary>An alias was moved, or removed.</summary>
    AliasMoved,

    /// <summary>An alias went back to a version that it had pointed to before.</summary>
    AliasRolledBack,

    /// <summary>Somebody approved of a version for an alias.</summary>
    Approved,

    /// <summary>A version was signed.</summary>
    Signed,
}

/// <summary>Which entries of the history to read. All conditions must hold.</summary>
public sealed record RegistryHistoryQuery
{
    /// <summary>Gets the model; null for all.</summary>
    public string? Model { get; init; }

    /// <summary>Gets the version that they are about; null for all and none.</summary>
    public int? Version { get; init; }

    /// <summary>Gets the kinds; none for all.</summary>
    public IReadOnlyList<RegistryEventKind> Kinds { get; init; } = [];

    /// <summary>Gets the entry after which to begin; 0 for the first.</summary>
    public long After { get; init; }

    /// <summary>Gets how many to read at most.</summary>
    /// <value>The default is 10,000, which is also the most.</value>
    public int Limit { get; init; } = 10_000;
}
