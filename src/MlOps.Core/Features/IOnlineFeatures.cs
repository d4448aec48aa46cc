namespace MlOps.Core;

/// <summary>Reads features of entities as they are now: stored, windowed and computed ones in one call. Thread-safe.</summary>
public interface IOnlineFeatures
{
    /// <summary>Reads the features of entities.</summary>
    /// <param name="query">Which features of which entities.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>One value and status for each feature and entity; an entity that nobody knows has features that are <see cref="FeatureStatus.Missing"/>.</returns>
    /// <exception cref="NotFoundException">There is no such service, view or feature.</exception>
    /// <exception cref="DataException">A join key or a request column lacks or has another type.</exception>
    /// <exception cref="StoreException">The online store does not answer in time, and the host has not chosen to go on without.</exception>
    ValueTask<FeatureVectors> ReadAsync(OnlineQuery query, CancellationToken cancellationToken = default);
}

/// <summary>Which features of which entities.</summary>
public sealed record OnlineQuery
{
    /// <summary>Gets the feature service, as name or name@version; null when <see cref="Features"/> are listed.</summary>
    public string? Service { get; init; }

    /// <summary>Gets the features, as view:feature; looked at when there is no service.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Gets the join keys and the columns of the request, by name: as many values each as there are entities.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> Entities { get; init; }

    /// <summary>Gets whether features are named view__feature.</summary>
    public bool FullNames { get; init; }
}

/// <summary>What is known of a value.</summary>
public enum FeatureStatus : byte
{
    /// <summary>Nothing is stored for the entity.</summary>
    Missing,

    /// <summary>There is a value.</summary>
    Present,

    /// <summary>The newest row of the entity has no value there.</summary>
    Null,

    /// <summary>The newest row is older than the view's time to live; there is no value.</summary>
    OutsideTimeToLive,

    /// <summary>The online store did not answer and the host has chosen to go on; there is no value.</summary>
    Unavailable,

    /// <summary>What is stored has another schema than the view has now; there is no value. Materialize the view again.</summary>
    OtherSchema,
}
