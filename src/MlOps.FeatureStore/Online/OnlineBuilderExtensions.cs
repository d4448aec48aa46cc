using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.FeatureStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps features for reading at once in the memory of the host.</summary>
public static class OnlineBuilderExtensions
{
    /// <summary>Chooses the online store in the memory of this process. It is the fastest, forgets everything when the process ends, and is no other process's.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseInProcessOnlineStore(this MlOpsBuilder builder, Action<InProcessOnlineStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InProcessOnlineStoreOptions>, InProcessOnlineStoreOptionsValidator>());
        var options = builder.Services.AddOptions<InProcessOnlineStoreOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:InProcessOnlineStore");
        if (configure is not null) options.Configure(configure);
        return builder.Use<IOnlineStore>(static services => new InProcessOnlineStore(services.GetRequiredService<IOptions<InProcessOnlineStoreOptions>>(), services.GetRequiredService<TimeProvider>()));
    }
}
