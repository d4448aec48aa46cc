using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds serving to a host.</summary>
public static class ServingBuilderExtensions
{
    /// <summary>Adds what serves registered models: they are loaded at their first use and follow their alias while the host runs.
    /// It needs an <see cref="IModelRegistry"/> and an <see cref="IModelLoader"/>; predictions are logged when there is an <see cref="IPredictionLog"/>, columns that a request leaves out are asked of each <see cref="IModelInputEnricher"/>, requests are looked at by each <see cref="IModelInputGuard"/>, versions by each <see cref="IModelServingCheck"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Call <c>app.MapModels()</c> for the HTTP endpoints and <see cref="AddPredictor"/> for predictions in process, and <see cref="IBatchScorer"/> for datasets; <see cref="ShadowBuilderExtensions.AddShadow"/> gives the requests to another version as well.</remarks>
    public static MlOpsBuilder AddServing(this MlOpsBuilder builder, Action<ServingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<ServingOptions>();
        if (!services.Any(d => d.ServiceType == typeof(ModelHost)))
        {
            options.BindConfigurationWhenPresent("MlOps:Serving").ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ServingOptions>, ServingOptionsValidator>());
            services.TryAddSingleton(s => new ServingMetrics(s.GetService<IMeterFactory>()));
            services.TryAddSingleton(s => new DeploymentLineage(
                s.GetService<ILineageStore>(), s.GetRequiredService<IOptions<ServingOptions>>(), s.GetService<IHostEnvironment>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<DeploymentLineage>>()));
            services.TryAddSingleton<ModelHost>();
            services.TryAddSingleton<InputEnrichers>();
            services.TryAddSingleton<InputGuards>();
            services.TryAddSingleton<ShadowQueues>();
            services.TryAddSingleton(s => new PredictionRecorder(
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ServingMetrics>(), s.GetRequiredService<InputEnrichers>(), s.GetRequiredService<InputGuards>(),
                s.GetRequiredService<ShadowQueues>(), s.GetRequiredService<IOptions<ServingOptions>>().Value.IgnoreUnknownInputs, s.GetRequiredService<ILogger<PredictionRecorder>>(), s.GetService<IPredictionLog>()));
            services.TryAddSingleton<IBatchScorer>(static s => ActivatorUtilities.CreateInstance<BatchScorer>(s)); // a host that only answers requests has no datasets
            services.TryAddSingleton<ModelEndpoints>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AliasWatcher>());
            services.AddOptions<FeatureServingOptions>().ValidateOnStart().BindConfigurationWhenPresent("MlOps:Serving:Features");
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FeatureServingOptions>, FeatureServingOptionsValidator>());
            services.TryAddSingleton(static s => ActivatorUtilities.CreateInstance<FeatureEndpoints>(s)); // a host without features has none of what they need
        }

        if (configure is not null) options.Configure(configure);
        return builder;
    }

    /// <summary>Adds an <see cref="IPredictor{TInput, TOutput}"/> over a registered model, and serving. The model is loaded when the host starts, and the host is ready when it is loaded.</summary>
    /// <typeparam name="TInput">A class whose public properties are named as the input columns.</typeparam>
    /// <typeparam name="TOutput">A class whose public properties are named as the outputs.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias whose version predicts.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A name is no name, or these types predict with another model already.</exception>
    /// <remarks>A new version that the types do not fit does not take the place of one that they do.</remarks>
    public static MlOpsBuilder AddPredictor<TInput, TOutput>(this MlOpsBuilder builder, string model, string alias = ModelNames.Champion)
        where TInput : class
        where TOutput : class, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        ModelNames.CheckModel(model);
        ModelNames.CheckAlias(alias);
        var services = builder.AddServing().Services;
        var service = typeof(IPredictor<TInput, TOutput>);
        var same = services.Select(d => d.ImplementationInstance).OfType<PredictorRegistration>().FirstOrDefault(r => r.Service == service);
        if (same is not null)
        {
            if (same.Model == model && same.Alias == alias) return builder;
            throw new ArgumentException($"{typeof(TInput).Name} and {typeof(TOutput).Name} predict with '{same.Model}' as {same.Alias} already. Give the other model an output class of its own.", nameof(model));
        }

        services.AddSingleton(new PredictorRegistration(model, alias, service, loaded => loaded.Bind<TInput, TOutput>()));
        services.TryAddSingleton<IPredictor<TInput, TOutput>>(s =>
            new Predictor<TInput, TOutput>(s.GetRequiredService<ModelHost>(), s.GetRequiredService<PredictionRecorder>(), model, alias));
        return builder;
    }
}
