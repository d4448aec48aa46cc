using System.Security.Cryptography;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Signs with a private key that the host was given in PEM.</summary>
internal sealed class PemBundleSigner : IBundleSigner, IDisposable
{
    private readonly ECDsa _key;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    public PemBundleSigner(string pem, string? keyId, TimeProvider time)
    {
        _key = EcdsaKeys.Read(pem, isPrivate: true);
        _time = time;
        KeyId = keyId ?? EcdsaKeys.IdOf(_key);
    }

    public string KeyId { get; }

    public ValueTask<BundleSignature> SignAsync(ArtifactRef bundle, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return new(EcdsaKeys.Sign(_key, KeyId, bundle.Digest, _time.GetUtcNow())); // keys are not thread-safe
    }

    public void Dispose() => _key.Dispose();
}
