using MlOps.ModelRegistry;

namespace MlOps.Core;

/// <summary>Signs versions that are registered already.</summary>
public static class BundleSigning
{
    /// <summary>Signs the bundle of a version and records it.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="signer">Who signs.</param>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="note">Who lets it be signed, why and when.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version with the signature.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="DataException">It has no bundle.</exception>
    public static async Task<ModelVersion> SignAsync(
        this IModelRegistry registry, IBundleSigner signer, string model, int version, ChangeNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(signer);
        var found = await registry.FindAsync(model, version, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("version", $"{model}/{version}");
        var signature = await signer.SignAsync(found.RequireBundle().Artifact, cancellationToken).ConfigureAwait(false);
        return await registry.ChangeVersionAsync(model, version, new(note) { Signature = signature }, cancellationToken).ConfigureAwait(false);
    }
}
