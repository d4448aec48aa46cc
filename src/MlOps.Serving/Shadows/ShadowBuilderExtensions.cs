using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds shadows to served models.</summary>
public static class ShadowBuilderExtensions
{
    /// <summary>Gives the requests that the champion of a model has answered to another version as well, in the background, and adds serving. What that version says is logged as <see cref="PredictionVariants.Shadow"/> and seen by nobody else.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them: every request goes to the challenger.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is no name of a model, or the model has a shadow already.</exception>
    /// <remarks>
    /// An answer never waits for the shadow and never fails for it: a full queue drops, which is counted. While the alias points to no version there is no shadow; one is taken up when it does, and follows the alias from then on.
    /// </remarks>
    public static MlOpsBuilder AddShadow(this MlOpsBuilder builder, string model, Action<ShadowOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ModelNames.CheckModel(model);
        var services = builder.AddServing().Services;
        var registration = new ShadowRegistration(model);
        if (services.Any(d => registration.Equals(d.ImplementationInstance))) throw new ArgumentException($"Model '{model}' has a shadow already. Name its alias and its share there.", nameof(model));
        services.AddSingleton(registration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShadowOptions>, ShadowOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShadowOptions>, ShadowAliasValidator>());
        var options = services.AddOptions<ShadowOptions>(model).BindConfigurationWhenPresent($"MlOps:Serving:Shadows:{model}").ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ShadowService>());
        return builder;
    }
}
