using System.Security.Cryptography;
using System.Text;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>ECDSA (FIPS 186-5) with the curves P-256 and P-384, as bundles are signed with it.</summary>
internal static class EcdsaKeys
{
    private const string P256 = "ecdsa-p256-sha256";
    private const string P384 = "ecdsa-p384-sha384";

    /// <summary>Reads a key.</summary>
    /// <param name="pem">The key in PEM.</param>
    /// <param name="isPrivate">Whether it must be the private half, or must not.</param>
    /// <returns>The key; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">It is no such key.</exception>
    internal static ECDsa Read(string pem, bool isPrivate)
    {
        var holdsPrivate = pem.Contains("PRIVATE KEY", StringComparison.Ordinal);
        if (isPrivate && !holdsPrivate) throw new ArgumentException("The key to sign with must be a private one in PEM.", nameof(pem));
        if (!isPrivate && holdsPrivate) throw new ArgumentException("The key to trust is a private one. Give only its public half to those who verify: openssl ec -in key.pem -pubout.", nameof(pem));
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            AlgorithmOf(key);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ArgumentException($"The key is none of ECDSA with the curve P-256 or P-384 in PEM: {e.Message}", nameof(pem), e);
        }
    }

    /// <summary>Gives a key that has no name one: the first 16 digits of the SHA-256 of its public half.</summary>
    internal static string IdOf(ECDsa key) => Sha256.Hex(key.ExportSubjectPublicKeyInfo())[..16];

    internal static BundleSignature Sign(ECDsa key, string keyId, string digest, DateTimeOffset at)
    {
        var (algorithm, hash) = AlgorithmOf(key);
        return new(keyId, algorithm, Convert.ToBase64String(key.SignData(MessageOf(digest), hash, DSASignatureFormat.Rfc3279DerSequence)), at);
    }

    internal static bool Verify(ECDsa key, BundleSignature signature, string digest)
    {
        var (algorithm, hash) = AlgorithmOf(key);
        var bytes = new byte[(signature.Value.Length * 3 / 4) + 3];
        return signature.Algorithm == algorithm
            && Convert.TryFromBase64String(signature.Value, bytes, out var length)
            && key.VerifyData(MessageOf(digest), bytes.AsSpan(0, length), hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static byte[] MessageOf(string digest) => Encoding.UTF8.GetBytes("mlops-bundle-1:sha256:" + digest);

    private static (string Name, HashAlgorithmName Hash) AlgorithmOf(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value switch
    {
        "1.2.840.10045.3.1.7" => (P256, HashAlgorithmName.SHA256),
        "1.3.132.0.34" => (P384, HashAlgorithmName.SHA384),
        var other => throw new ArgumentException($"Its curve is {other}.", nameof(key)),
    };
}
