using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What a check looks at.</summary>
/// <param name="Monitor">The monitor. A check reads its own options under this name.</param>
/// <param name="Options">The options of the monitor.</param>
/// <param name="Version">The version that the alias points to: what it was trained on is the reference.</param>
/// <param name="From">The first moment of the window.</param>
/// <param name="To">The moment after the last.</param>
public sealed record MonitorContext(string Monitor, MonitorOptions Options, ModelVersion Version, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Gets what the bundle of the version says about itself.</summary>
    public BundleManifest Manifest => Version.RequireBundle().Manifest;

    /// <summary>Gives data that the version was made with.</summary>
    /// <param name="use">What they were used for: training, validation, holdout.</param>
    /// <returns>The dataset; null when the version does not name it.</returns>
    public Dataset? Data(string use) => Manifest.Data.TryGetValue(use, out var data)
        ? new(data.Name, data.Fingerprint, data.Schema, data.RowCount, data.Artifact, new("model", $"{Version.Model}/{Version.Version}"), Version.CreatedAt)
        : null;

    /// <summary>Gives the data that the version was trained on.</summary>
    /// <exception cref="DataException">The version does not name them.</exception>
    internal Dataset RequireTraining() => Data("training")
        ?? throw new DataException($"Version {Version.Version} of model '{Version.Model}' does not say which data it was trained on, so there is nothing to compare with. Train and register it again.");
}
