using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says who uses which feature, as lineage has recorded it. Thread-safe.</summary>
public interface IFeatureUsage
{
    /// <summary>Finds who uses one feature.</summary>
    /// <param name="feature">The feature, as view:feature.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The services that list it and the models that learned from it, also through computed features.</returns>
    /// <exception cref="DataException">The text has not the form view:feature.</exception>
    Task<FeatureUse> FindAsync(string feature, CancellationToken cancellationToken = default);

    /// <summary>Finds who uses each feature that this host defines.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The features in the order of their definition, those that nobody uses among them.</returns>
    Task<FeatureUsageReport> ReportAsync(CancellationToken cancellationToken = default);
}

/// <summary>Who uses the features of a host.</summary>
/// <param name="Features">Every feature.</param>
public sealed record FeatureUsageReport(IReadOnlyList<FeatureUse> Features)
{
    /// <summary>Gets the features that no model has learned from and no service lists.</summary>
    public IReadOnlyList<FeatureUse> Unused => [.. Features.Where(f => f.Services.Count == 0 && f.Models.Count == 0)];
}

/// <summary>Who uses a feature.</summary>
/// <param name="View">The view.</param>
/// <param name="Feature">The feature.</param>
/// <param name="Services">The services that list it, as name@version.</param>
/// <param name="Models">The registered versions that learned from it, as model/version.</param>
public sealed record FeatureUse(string View, string Feature, IReadOnlyList<string> Services, IReadOnlyList<string> Models);
