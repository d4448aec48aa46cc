using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Mlflow;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the MLflow API to a host, or an MLflow server as its stores.</summary>
public static class MlflowBuilderExtensions
{
    /// <summary>Adds what answers the MLflow REST API. It needs an <see cref="IMetadataStore"/>, an <see cref="IModelRegistry"/> and an <see cref="IArtifactStore"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Call <c>app.MapMlflow()</c> for the endpoints.</remarks>
    public static MlOpsBuilder AddMlflow(this MlOpsBuilder builder, Action<MlflowOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<MlflowOptions>();
        if (!services.Any(d => d.ServiceType == typeof(MlflowServer)))
        {
            options.BindConfigurationWhenPresent("MlOps:Mlflow").ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MlflowOptions>, MlflowOptionsValidator>());
            services.TryAddSingleton<MlflowServer>();
        }

        if (configure is not null) options.Configure(configure);
        return builder;
    }

    /// <summary>Makes an MLflow server the host's <see cref="IMetadataStore"/> and <see cref="IModelRegistry"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="address">The tracking URI of the server.</param>
    /// <param name="configure">Sets how it is called; null leaves the defaults. Take the token from configuration or from the environment, never from code.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The address is no absolute HTTP address, or holds a user.</exception>
    /// <remarks>Files of runs are read from the host's <see cref="IArtifactStore"/> and sent through the server's artifact proxy. The <see cref="MlflowClient"/> itself is a service too.</remarks>
    public static MlOpsBuilder UseMlflow(this MlOpsBuilder builder, Uri address, Action<MlflowClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
            throw new ArgumentException($"'{address}' is no tracking URI. Use http:// or https:// without a user or a query; credentials are options.", nameof(address));
        var services = builder.Services;
        var options = services.AddOptions<MlflowClientOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MlflowClientOptions>, MlflowClientOptionsValidator>());
        if (configure is not null) options.Configure(configure);
        var root = new Uri(address.AbsoluteUri.TrimEnd('/') + "/");
        services.AddHttpClient(nameof(MlflowClient), client =>
        {
            client.BaseAddress = root;
            client.Timeout = Timeout.InfiniteTimeSpan; // a large file takes what it takes
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(30) });
        return builder
            .Use(s => new MlflowClient(
                s.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(MlflowClient)),
                s.GetRequiredService<IOptions<MlflowClientOptions>>().Value,
                s.GetService<IArtifactStore>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetService<ILogger<MlflowClient>>()))
            .Use<IMetadataStore>(s => s.GetRequiredService<MlflowClient>().Metadata)
            .Use<IModelRegistry>(s => s.GetRequiredService<MlflowClient>().Registry);
    }
}
