namespace MlOps.FeatureStore;

/// <summary>Describes features in C#: entities, the views that hold their features, what is computed from them, and the services that models use.</summary>
/// <remarks>
/// Derive from this, override <see cref="Define"/>, and register it with <c>AddFeatures</c>. It is made once by dependency injection; the definitions of a host are united, so one may name what another defines.
/// </remarks>
public abstract class FeatureDefinition
{
    /// <summary>Adds the features. It must say the same each time it is called.</summary>
    /// <param name="features">Where they are added.</param>
    public abstract void Define(FeatureBuilder features);
}
