namespace MlOps.ModelRegistry;

/// <summary>With which key bundles are signed. Bound from <c>MlOps:ModelRegistry:Signing</c>.</summary>
public sealed class SigningOptions
{
    /// <summary>Gets or sets the private key in PEM, of ECDSA with the curve P-256 or P-384. Keep it in a secret store, not in a file beside the code.</summary>
    /// <value>The default is null: <see cref="PrivateKeyFile"/> has it.</value>
    public string? PrivateKey { get; set; }

    /// <summary>Gets or sets the file that has the private key in PEM.</summary>
    /// <value>The default is null: <see cref="PrivateKey"/> has it.</value>
    public string? PrivateKeyFile { get; set; }

    /// <summary>Gets or sets what the key is called.</summary>
    /// <value>The default is null: the first 16 digits of the SHA-256 of its public half.</value>
    public string? KeyId { get; set; }
}
