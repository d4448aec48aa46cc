using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.ModelRegistry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds who is told of what happens in the registry.</summary>
public static class WebhooksBuilderExtensions
{
    /// <summary>Tells an address of the entries of the history, signed as MLflow 3 signs. It begins with what happens after the host first started with it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">What the webhook is called; its options are bound from <c>MlOps:Webhooks:{name}</c>.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a webhook of this name already.</exception>
    /// <remarks>
    /// An entry is told at least once and in order, and again until the answer is a success or the attempts are used up. Several hosts over one registry tell it each; the
    /// identifier of the delivery is then the same, by which a receiver passes over what it has.
    /// </remarks>
    public static MlOpsBuilder AddWebhook(this MlOpsBuilder builder, string name, Action<WebhookOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var services = builder.Services;
        if (services.Any(d => d.ImplementationInstance is WebhookDefinition other && other.Name == name))
            throw new ArgumentException($"There is a webhook '{name}' already. Give one of the two another name.", nameof(name));
        services.AddSingleton(new WebhookDefinition(name));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>());
        var options = services.AddOptions<WebhookOptions>(name).BindConfigurationWhenPresent($"MlOps:Webhooks:{name}").ValidateOnStart();
        options.Validate(
            static o => o.Url is null || WebhookTarget.IsAddress(o.Url),
            $"MlOps:Webhooks:{name}:Url must be an address with https or http, without a user and a fragment.");
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WebhookService>());
        return builder;
    }
}
