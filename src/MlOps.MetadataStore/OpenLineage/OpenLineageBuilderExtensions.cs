using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.MetadataStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Tells other systems what runs do.</summary>
public static class OpenLineageBuilderExtensions
{
    /// <summary>Sends events in the form of OpenLineage 2-0-2 about every run of every pipeline and about each of its stages: to a file, to an address, to the log.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// A run never waits for a receiver and never fails for one. What cannot be sent is tried again in the background, then given up, logged and counted. The HTTP client is
    /// called MlOps.OpenLineage: configure it as any other, for instance with a handler of your own.
    /// </remarks>
    public static MlOpsBuilder AddOpenLineage(this MlOpsBuilder builder, Action<OpenLineageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<OpenLineageOptions>();
        if (!services.Any(d => d.ServiceType == typeof(OpenLineageListener)))
        {
            options.BindConfigurationWhenPresent("MlOps:OpenLineage").ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenLineageOptions>, OpenLineageOptionsValidator>());
            options.Validate(
                static o => o.File is not null || o.Url is not null || o.Log,
                "MlOps:OpenLineage names nobody to send events to. Set File, Url or Log.");
            options.Validate(
                static o => o.Url is null || (o.Url.IsAbsoluteUri && o.Url.Scheme is "http" or "https"),
                "MlOps:OpenLineage:Url is no http or https address.");
            options.Validate(
                static o => o.Producer.IsAbsoluteUri && o.SourceCode is null or { IsAbsoluteUri: true },
                "MlOps:OpenLineage:Producer and SourceCode must be absolute URIs.");
            services.AddHttpClient(HttpSink.ClientName)
                .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
            services.TryAddSingleton(static s => new OpenLineageListener(
                s.GetRequiredService<IOptions<OpenLineageOptions>>().Value,
                s.GetRequiredService<IHttpClientFactory>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<OpenLineageListener>>()));
            services.AddSingleton<IRunListener>(static s => s.GetRequiredService<OpenLineageListener>());
        }

        if (configure is not null) options.Configure(configure);
        return builder;
    }
}
