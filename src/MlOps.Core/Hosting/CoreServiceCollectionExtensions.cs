using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the contracts of MlOps.Sdk to a host.</summary>
public static class CoreServiceCollectionExtensions
{
    /// <summary>Adds what every room needs and no backend. Most hosts call <c>AddMlOps</c> of the package MlOps.Sdk, which adds the embedded defaults as well.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddMlOpsCore(this IServiceCollection services, Action<MlOpsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = new MlOpsBuilder(services);
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TransformerCatalog>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MlOpsOptions>, MlOpsOptionsValidator>());
        var options = services.AddOptions<MlOpsOptions>().ValidateOnStart();
        options.BindConfigurationWhenPresent("MlOps");
        if (configure is not null) options.Configure(configure);
        return builder;
    }

    /// <summary>Lets bundles use a data-preparation step of the host's own.</summary>
    /// <typeparam name="TTransformer">The step: a record whose public properties are its state.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="kind">The name that is stored in bundles; null for the type's name. It must stay the same as long as a bundle uses it.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddTransformer<TTransformer>(this MlOpsBuilder builder, string? kind = null)
        where TTransformer : IDataTransformer
    {
        ArgumentNullException.ThrowIfNull(builder);
        var registration = new TransformerRegistration(kind ?? typeof(TTransformer).Name, typeof(TTransformer));
        if (!builder.Services.Any(d => registration.Equals(d.ImplementationInstance))) builder.Services.AddSingleton(registration);
        return builder;
    }

    /// <summary>Binds options from a section when the host has a configuration; a bare service collection has none. What cannot be read is an error that names its key when the options are used first, also an entry of a list or a dictionary.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="builder">The options builder.</param>
    /// <param name="section">The section, as MlOps:Pipelines.</param>
    /// <returns>The options builder.</returns>
    public static OptionsBuilder<TOptions> BindConfigurationWhenPresent<TOptions>(this OptionsBuilder<TOptions> builder, string section)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IConfigureOptions<TOptions>>(services =>
            new ConfigureNamedOptions<TOptions>(builder.Name, options =>
            {
                if (services.GetService<IConfiguration>()?.GetSection(section) is not { } found) return;
                found.Bind(options);
                ReadableEntries.Check(found, typeof(TOptions));
            }));
        return builder;
    }

    /// <summary>Binds each entry of a dictionary again, and by itself: the binder passes over one without settings, which is one with the defaults.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <typeparam name="TEntry">The values of the dictionary.</typeparam>
    /// <param name="builder">The options builder, which binds the whole section before.</param>
    /// <param name="section">The section of the dictionary, as MlOps:PredictionLog:Models.</param>
    /// <param name="entries">Finds the dictionary in the options.</param>
    /// <returns>The options builder.</returns>
    internal static OptionsBuilder<TOptions> BindEntriesWhenPresent<TOptions, TEntry>(this OptionsBuilder<TOptions> builder, string section, Func<TOptions, IDictionary<string, TEntry>> entries)
        where TOptions : class
        where TEntry : new()
    {
        builder.Services.AddSingleton<IConfigureOptions<TOptions>>(services =>
            new ConfigureNamedOptions<TOptions>(builder.Name, options =>
            {
                foreach (var entry in services.GetService<IConfiguration>()?.GetSection(section).GetChildren() ?? []) entries(options)[entry.Key] = entry.Get<TEntry>() ?? new();
            }));
        return builder;
    }
}
