using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;
using MlOps.MLNet;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ML.NET to a host that predicts.</summary>
public static class MLNetBuilderExtensions
{
    /// <summary>Lets the host load, serve and import models of the platform mlnet_zip, beside other platforms.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <remarks>A model whose trainer has a package of its own, as Microsoft.ML.FastTree, needs that package in the host as well.</remarks>
    public static MlOpsBuilder AddMLNet(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelRuntime, MLNetRuntime>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelFormat, MLNetFormat>());
        return builder;
    }
}
