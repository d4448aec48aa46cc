using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>A version is not loaded because its bundle is not signed as this host asks.</summary>
public sealed class UntrustedBundleException : StoreException
{
    internal UntrustedBundleException(string model, int version, string message)
        : base(message) => (Model, Version) = (model, version);

    /// <summary>Gets the model.</summary>
    public string Model { get; }

    /// <summary>Gets the version.</summary>
    public int Version { get; }
}
