using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Onnx;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ONNX Runtime to a host that predicts.</summary>
public static class OnnxBuilderExtensions
{
    /// <summary>Lets the host load, serve and import models of the platform onnx_onnxv1, beside other platforms.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddOnnx(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OnnxOptions>, OnnxOptionsValidator>());
        builder.Services.AddOptions<OnnxOptions>().BindConfigurationWhenPresent("MlOps:Onnx").ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelRuntime, OnnxModelRuntime>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelFormat, OnnxFormat>());
        return builder;
    }
}
