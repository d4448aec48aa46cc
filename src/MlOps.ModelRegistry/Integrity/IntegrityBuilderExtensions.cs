using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.ModelRegistry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds signatures of bundles, and whose are trusted.</summary>
public static class IntegrityBuilderExtensions
{
    /// <summary>Signs what is registered with a private key of the host. Another <see cref="IBundleSigner"/> that the host registers wins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddBundleSigning(this MlOpsBuilder builder, Action<SigningOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SigningOptions>, SigningOptionsValidator>());
        var options = services.AddOptions<SigningOptions>().BindConfigurationWhenPresent("MlOps:ModelRegistry:Signing").ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddSingleton<IBundleSigner>(static s =>
        {
            var signing = s.GetRequiredService<IOptions<SigningOptions>>().Value;
            return new PemBundleSigner(KeyText.Read(signing.PrivateKey, signing.PrivateKeyFile), signing.KeyId, s.GetRequiredService<TimeProvider>());
        });
        return builder;
    }

    /// <summary>Says whose bundles this host loads. Without this call the section <c>MlOps:ModelRegistry:Trust</c> decides, and without that every bundle with the registered digest is loaded.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder TrustBundles(this MlOpsBuilder builder, Action<TrustOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.AddModelRegistry().Services.Configure(configure);
        return builder;
    }
}
