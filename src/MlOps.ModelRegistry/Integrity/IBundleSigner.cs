using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Signs bundles. A host has one; the stage Register and the importer then sign what they register. Another one may keep its key in a hardware module.</summary>
/// <remarks>What is signed is the text <c>mlops-bundle-1:sha256:</c> and the digest of the bundle's file, in UTF-8. Thread-safe.</remarks>
public interface IBundleSigner
{
    /// <summary>Gets what the key is called, by which its public half is found.</summary>
    string KeyId { get; }

    /// <summary>Signs a bundle.</summary>
    /// <param name="bundle">The file of the bundle.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The signature.</returns>
    ValueTask<BundleSignature> SignAsync(ArtifactRef bundle, CancellationToken cancellationToken = default);
}
