using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Compares the feature definitions of this host with those of the catalog, and brings them there. Thread-safe.</summary>
public interface IFeaturePlanner
{
    /// <summary>Compares.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>What is new, different, or not defined here.</returns>
    Task<FeaturePlan> PlanAsync(CancellationToken cancellationToken = default);

    /// <summary>Brings a plan to the catalog, all of it or nothing, and records the lineage of the features.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="note">Who, when and why.</param>
    /// <param name="removes">Whether what is not defined here is removed from the catalog. Its history stays. Leave it false where several hosts with features of their own share a catalog.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is applied.</returns>
    /// <exception cref="FeatureDefinitionException">The plan has errors; nothing was applied.</exception>
    /// <exception cref="ConflictException">Somebody else has applied something since the plan was made; nothing was applied. Make a new plan.</exception>
    Task ApplyAsync(FeaturePlan plan, ChangeNote note, bool removes = false, CancellationToken cancellationToken = default);
}
