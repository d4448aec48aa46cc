namespace MlOps.Core;

/// <summary>Remembers which features were defined when and by whom, and how far each view is materialized. Thread-safe, also between processes.</summary>
public interface IFeatureCatalog
{
    /// <summary>Lists the newest version of every definition that is not removed, by kind and name.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The definitions.</returns>
    Task<IReadOnlyList<FeatureDefinitionVersion>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Lists all versions of one definition, oldest first, removals too.</summary>
    /// <param name="kind">One of <see cref="FeatureKinds"/>.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The versions; none when there never was one.</returns>
    Task<IReadOnlyList<FeatureDefinitionVersion>> GetHistoryAsync(string kind, string name, CancellationToken cancellationToken = default);

    /// <summary>Adds versions, all or none.</summary>
    /// <param name="changes">The versions; each is one more than the newest of its definition, from 1.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When they are stored.</returns>
    /// <exception cref="ArgumentException">A version has no name or kind, stands there twice, or a text is missing or too long; nothing was stored.</exception>
    /// <exception cref="ConflictException">Somebody else has changed one of the definitions since; nothing was stored.</exception>
    Task ApplyAsync(IReadOnlyList<FeatureDefinitionVersion> changes, CancellationToken cancellationToken = default);

    /// <summary>Gets how far a view is materialized.</summary>
    /// <param name="view">The view.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The mark; null when it never was.</returns>
    Task<MaterializationMark?> FindMarkAsync(string view, CancellationToken cancellationToken = default);

    /// <summary>Says how far a view is materialized now.</summary>
    /// <param name="mark">The mark. Its revision is that of the one it takes the place of; 0 for none.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The stored mark, its revision one higher and its times in UTC to the microsecond.</returns>
    /// <exception cref="ArgumentException">The mark has no view, or a negative revision.</exception>
    /// <exception cref="ConflictException">Somebody else has set it since.</exception>
    Task<MaterializationMark> SetMarkAsync(MaterializationMark mark, CancellationToken cancellationToken = default);
}

/// <summary>What a definition in the catalog is of.</summary>
public static class FeatureKinds
{
    /// <summary>An entity.</summary>
    public const string Entity = "entity";

    /// <summary>A view over events.</summary>
    public const string View = "view";

    /// <summary>A computed view.</summary>
    public const string ComputedView = "computed-view";

    /// <summary>A version of a feature service.</summary>
    public const string Service = "service";
}

/// <summary>One version of a definition.</summary>
/// <param name="Kind">One of <see cref="FeatureKinds"/>.</param>
/// <param name="Name">The name; that of a service is name@version, since each of its versions is a definition of its own.</param>
/// <param name="Version">The version, from 1.</param>
/// <param name="Digest">The SHA-256 of what matters for values, in lower-case hexadecimal.</param>
/// <param name="Json">The definition as JSON.</param>
/// <param name="Note">Who, when and why.</param>
/// <param name="IsRemoved">Whether this version says that the definition is gone.</param>
public sealed record FeatureDefinitionVersion(string Kind, string Name, int Version, string Digest, string Json, ChangeNote Note, bool IsRemoved = false);

/// <summary>How far a view is materialized.</summary>
/// <param name="View">The view.</param>
/// <param name="EventTime">Up to which event time, inclusive.</param>
/// <param name="CreatedTime">Up to which created time, inclusive; null for a view without one.</param>
/// <param name="Revision">How often the mark was set.</param>
public sealed record MaterializationMark(string View, DateTimeOffset EventTime, DateTimeOffset? CreatedTime, long Revision = 0)
{
    /// <summary>Gets the digest of the view that was materialized. A view that has changed since is materialized from its beginning.</summary>
    public string Digest { get; init; } = string.Empty;

    /// <summary>Gets where an unfinished materialization goes on, in the words of the feature store; null when the last one finished.</summary>
    public string? Resume { get; init; }
}
