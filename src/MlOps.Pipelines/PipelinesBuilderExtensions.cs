using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Pipelines;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds pipelines to a host.</summary>
public static partial class PipelinesBuilderExtensions
{
    /// <summary>Adds <see cref="IPipelineRunner"/>. It needs an <see cref="IMetadataStore"/> and an <see cref="ICheckpointStore"/>, which a backend brings.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddPipelines(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PipelineOptions>, PipelineOptionsValidator>());
        services.TryAddSingleton(new CodeFingerprint(services));
        services.TryAddSingleton<IPipelineRunner>(provider => new PipelineRunner(
            provider,
            provider.GetServices<PipelineRegistration>(),
            provider.GetRequiredService<IOptionsMonitor<PipelineOptions>>(),
            provider.GetRequiredService<CodeFingerprint>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PipelineRunner>>()));
        return builder;
    }

    /// <summary>Adds a pipeline. Its definition is made by dependency injection, in a scope of its own, for each run.</summary>
    /// <typeparam name="TDefinition">The definition.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name to run it by, and of its experiment: letters, digits, dots, dashes and underscores, at most 100.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">It is no name for a pipeline, or there is a pipeline of this name.</exception>
    public static MlOpsBuilder AddPipeline<TDefinition>(this MlOpsBuilder builder, string name, Action<PipelineOptions>? configure = null)
        where TDefinition : PipelineDefinition
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        if (!PipelineName().IsMatch(name))
            throw new ArgumentException($"'{name}' is no name for a pipeline. Use letters, digits, dots, dashes and underscores, at most 100.", nameof(name));
        builder.AddPipelines();
        var services = builder.Services;
        if (services.Any(d => d.ImplementationInstance is PipelineRegistration other && other.Name == name))
            throw new ArgumentException($"There is already a pipeline '{name}'. Give one of the two another name.", nameof(name));
        services.TryAddScoped<TDefinition>();
        services.AddSingleton(new PipelineRegistration(name, typeof(TDefinition)));
        var options = services.AddOptions<PipelineOptions>(name).ValidateOnStart();
        options.BindConfigurationWhenPresent($"MlOps:Pipelines:{name}");
        if (configure is not null) options.Configure(configure);
        return builder;
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex PipelineName();
}
