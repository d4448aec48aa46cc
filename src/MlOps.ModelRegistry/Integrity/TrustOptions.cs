using System.Collections.ObjectModel;

namespace MlOps.ModelRegistry;

/// <summary>Whose bundles are loaded. Bound from <c>MlOps:ModelRegistry:Trust</c>.</summary>
public sealed class TrustOptions
{
    /// <summary>Gets or sets whether a version is loaded only with a signature of a trusted key.</summary>
    /// <value>The default is false: then a version without a signature is loaded too, but one whose signature by a trusted key does not fit is refused all the same.</value>
    public bool RequireSignature { get; set; }

    /// <summary>Gets the keys whose signatures count.</summary>
    public Collection<TrustedKey> Keys { get; } = [];
}

/// <summary>A public key whose signatures count.</summary>
public sealed class TrustedKey
{
    /// <summary>Gets or sets what the key is called, as in its signatures.</summary>
    /// <value>The default is null: the first 16 digits of the SHA-256 of the key.</value>
    public string? KeyId { get; set; }

    /// <summary>Gets or sets the public key in PEM, of ECDSA with the curve P-256 or P-384.</summary>
    /// <value>The default is null: <see cref="PublicKeyFile"/> has it.</value>
    public string? PublicKey { get; set; }

    /// <summary>Gets or sets the file that has the public key in PEM.</summary>
    /// <value>The default is null: <see cref="PublicKey"/> has it.</value>
    public string? PublicKeyFile { get; set; }

    /// <summary>Gets the models that it may sign; none for all.</summary>
    public Collection<string> Models { get; } = [];
}
