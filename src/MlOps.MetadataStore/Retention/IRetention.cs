using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Removes what nobody needs any more from the stores of the host, by <see cref="RetentionOptions"/>.</summary>
/// <remarks>All hosts that share an artifact store must share the metadata store and the registry: bytes that these do not refer to count as unwanted.</remarks>
public interface IRetention
{
    /// <summary>Applies the policies, in this order: runs and experiments that were deleted long ago, old runs, old versions, old stages, bytes that nothing refers to.</summary>
    /// <param name="isDryRun">Whether to only say what would be removed. The bytes of what is only said to be removed are not counted, since something still refers to them.</param>
    /// <param name="cancellationToken">Stops the work; what was removed until then stays removed.</param>
    /// <returns>What was removed, and what was kept although it was old.</returns>
    /// <exception cref="StoreException">A store failed; what was removed until then stays removed.</exception>
    Task<RetentionReport> ApplyAsync(bool isDryRun = true, CancellationToken cancellationToken = default);
}

/// <summary>What was removed, or would be.</summary>
/// <param name="IsDryRun">Whether nothing was removed.</param>
/// <param name="Purged">The experiments and runs that cannot be restored any more.</param>
/// <param name="DeletedRuns">The runs that were deleted and can be restored.</param>
/// <param name="DeletedVersions">The versions, as model/version.</param>
/// <param name="ForgottenRuns">Of how many pipeline runs the stages were forgotten.</param>
/// <param name="DeletedArtifacts">The bytes that nothing referred to.</param>
/// <param name="Kept">What was old enough and is kept, with the reason.</param>
public sealed record RetentionReport(
    bool IsDryRun,
    PurgeReport Purged,
    IReadOnlyList<string> DeletedRuns,
    IReadOnlyList<string> DeletedVersions,
    int ForgottenRuns,
    IReadOnlyList<ArtifactRef> DeletedArtifacts,
    IReadOnlyList<KeptRecord> Kept)
{
    /// <summary>Gets the size of <see cref="DeletedArtifacts"/>, in bytes.</summary>
    public long DeletedBytes => DeletedArtifacts.Sum(artifact => artifact.Size);
}

/// <summary>Something that was old enough to be removed and is needed.</summary>
/// <param name="Kind">What it is: run or version.</param>
/// <param name="Id">The run, or model/version.</param>
/// <param name="Reason">What needs it, as a sentence.</param>
public sealed record KeptRecord(string Kind, string Id, string Reason);
