using System.Globalization;
using System.Security.Cryptography;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Decides whether a version may be loaded, by its signatures.</summary>
internal sealed class SignaturePolicy : IDisposable
{
    private readonly bool _requires;
    private readonly List<(string KeyId, ECDsa Key, HashSet<string> Models)> _keys = [];
    private readonly Lock _gate = new();

    public SignaturePolicy(TrustOptions options)
    {
        _requires = options.RequireSignature;
        try
        {
            foreach (var trusted in options.Keys)
            {
                var key = EcdsaKeys.Read(KeyText.Read(trusted.PublicKey, trusted.PublicKeyFile), isPrivate: false);
                var id = trusted.KeyId ?? EcdsaKeys.IdOf(key);
                if (_keys.Exists(k => k.KeyId == id)) throw new ArgumentException($"There are two keys called '{id}'. Give one of them another name.", nameof(options));
                _keys.Add((id, key, new(trusted.Models, StringComparer.Ordinal)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Refuses a version that is not to be loaded.</summary>
    /// <exception cref="UntrustedBundleException">It is not.</exception>
    public void Check(ModelVersion version)
    {
        var digest = version.RequireBundle().Artifact.Digest;
        var isSigned = false;
        foreach (var signature in version.Signatures)
        {
            if (_keys.Find(k => k.KeyId == signature.KeyId && (k.Models.Count == 0 || k.Models.Contains(version.Model))) is not { Key: { } key }) continue;
            bool fits;
            lock (_gate) fits = EcdsaKeys.Verify(key, signature, digest); // keys are not thread-safe
            if (!fits) throw Refuse(version, $"the signature of key '{signature.KeyId}' does not fit its bundle: one of them was altered");
            isSigned = true;
        }

        if (isSigned || !_requires) return;
        throw Refuse(version, version.Signatures.Count == 0
            ? "it has no signature, and this host loads signed models only"
            : $"this host trusts none of the keys that signed it ({string.Join(", ", version.Signatures.Select(s => s.KeyId).Distinct())}) for this model");
    }

    public void Dispose()
    {
        foreach (var (_, key, _) in _keys) key.Dispose();
    }

    private static UntrustedBundleException Refuse(ModelVersion version, string reason) =>
        new(version.Model, version.Version, string.Create(CultureInfo.InvariantCulture, $"Version {version.Version} of model '{version.Model}' is not loaded: {reason}. Sign it with a trusted key, or trust the key in MlOps:ModelRegistry:Trust."));
}
