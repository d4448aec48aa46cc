using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>How the definitions of a host get into the catalog. Bound from <c>MlOps:FeatureStore:Catalog</c>.</summary>
public sealed class FeatureCatalogOptions
{
    /// <summary>Gets or sets what is done at start when definitions of the host are not in the catalog, or others are.</summary>
    /// <value>The default is to apply them. Definitions are code, so the host is right and the catalog follows; what other hosts define is never removed. Where a change needs somebody's consent, let the host refuse, and apply in a step of the deployment.</value>
    [EnumDataType(typeof(DefinitionsAtStart))]
    public DefinitionsAtStart AtStart { get; set; } = DefinitionsAtStart.Apply;
}

/// <summary>What is done at start when definitions differ from those of the catalog.</summary>
public enum DefinitionsAtStart
{
    /// <summary>They are applied. A host whose version of a feature service has other features than when it was applied does not start.</summary>
    Apply,

    /// <summary>The plan is logged as a warning.</summary>
    Warn,

    /// <summary>The host does not start. It does not start either when the catalog cannot be read.</summary>
    Refuse,

    /// <summary>The catalog is not looked at.</summary>
    Ignore,
}

[OptionsValidator]
internal sealed partial class FeatureCatalogOptionsValidator : IValidateOptions<FeatureCatalogOptions>;
