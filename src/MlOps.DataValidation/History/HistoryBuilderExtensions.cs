using MlOps.Core;
using MlOps.DataValidation;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the metrics of validated datasets.</summary>
public static class HistoryBuilderExtensions
{
    /// <summary>Chooses the metadata store of the host for the history of metrics: a dataset is an experiment <c>validation/{name}</c>, each point a run.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseMetricHistory(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use<IMetricHistory>(static services => new RunMetricHistory(services.GetRequiredService<IMetadataStore>()));
    }
}
