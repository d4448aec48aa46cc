using MlOps.Core;

namespace MlOps.Tests;

/// <summary>Manifests of bundles for tests, of which a test says only what matters to it.</summary>
internal static class Manifests
{
    /// <summary>Gets the manifest of a regression that takes nothing, gives nothing and learned from nothing.</summary>
    public static BundleManifest Empty { get; } = new()
    {
        Model = "flight-delay",
        Platform = "mlnet_zip",
        Task = "regression",
        Signature = new(new([]), []),
        Features = [],
        Label = "delay",
        Preparation = [],
        Hyperparameters = new Dictionary<string, string>(),
        Metrics = new Dictionary<string, double>(),
        Baseline = new Dictionary<string, double>(),
        Data = new Dictionary<string, DatasetReference>(),
        Environment = new Dictionary<string, string>(),
    };
}
