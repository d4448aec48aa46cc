using MlOps.Core;
using MlOps.Data;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds MlOps.Data to a host.</summary>
public static class DataBuilderExtensions
{
    /// <summary>Adds snapshots, and the data-preparation steps of MlOps.Data to those that a bundle may use.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddData(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSnapshots()
            .AddTransformer<DropColumns>()
            .AddTransformer<KeepColumns>()
            .AddTransformer<RenameColumns>()
            .AddTransformer<CastColumn>()
            .AddTransformer<FilterRows>()
            .AddTransformer<ReplaceValues>()
            .AddTransformer<Clip>()
            .AddTransformer<FillMissing>()
            .AddTransformer<FillPrevious>();
    }
}
