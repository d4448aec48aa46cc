using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>Says in which table of the online store the rows of a view lie.</summary>
/// <remarks>
/// The name does not change with the features of the view, so that a newer row still keeps an older one out while hosts of two versions run side by side. What was written for other features answers
/// <see cref="MlOps.Core.FeatureStatus.OtherSchema"/> until the view is materialized again; rows that no event touches stay so.
/// </remarks>
internal sealed class OnlineTables(IOptions<OnlineFeaturesOptions> options)
{
    private readonly string _prefix = options.Value.Project is { Length: > 0 } project ? project + "/" : string.Empty;

    /// <summary>Gives the name of the table.</summary>
    /// <param name="view">The view.</param>
    /// <returns>The name.</returns>
    public string Of(FeatureView view) => _prefix + view.Name;
}
