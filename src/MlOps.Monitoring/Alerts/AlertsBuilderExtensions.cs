using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Monitoring;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds who is told of alarms.</summary>
public static class AlertsBuilderExtensions
{
    private const string Section = "MlOps:Alerts:Sinks";
    private const string LogSink = "log";

    /// <summary>Tells a sink of the host's own.</summary>
    /// <typeparam name="TSink">The sink, which is made from the host's services once.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">What it is called; its options are bound from <c>MlOps:Alerts:Sinks:{name}</c>.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a sink of this name already.</exception>
    public static MlOpsBuilder AddAlertSink<TSink>(this MlOpsBuilder builder, string name, Action<AlertSinkOptions>? configure = null)
        where TSink : class, IAlertSink
    {
        Add(builder, new(name, s => ActivatorUtilities.CreateInstance<TSink>(s), s => s.GetRequiredService<IOptionsMonitor<AlertSinkOptions>>().Get(name)));
        var options = builder.Services.AddOptions<AlertSinkOptions>(name).BindConfigurationWhenPresent($"{Section}:{name}").ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        return builder;
    }

    /// <summary>Tells an address, in JSON that is signed (HMAC-SHA256) as the webhooks of the registry are.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">What it is called; its options are bound from <c>MlOps:Alerts:Sinks:{name}</c>.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a sink of this name already.</exception>
    public static MlOpsBuilder AddAlertWebhook(this MlOpsBuilder builder, string name, Action<AlertWebhookOptions>? configure = null)
    {
        AddAddress(builder, name, AlertJson.Write, configure);
        builder.Services.AddOptions<AlertWebhookOptions>(name)
            .Validate(static o => o.Secret is not null, $"{Section}:{name}:Secret is needed: messages are signed with it. Give it at least 16 characters.");
        return builder;
    }

    /// <summary>Tells an incoming webhook of Slack, or of a chat that takes the same JSON.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">What it is called; its options are bound from <c>MlOps:Alerts:Sinks:{name}</c>.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a sink of this name already.</exception>
    public static MlOpsBuilder AddAlertSlack(this MlOpsBuilder builder, string name, Action<AlertWebhookOptions>? configure = null) =>
        AddAddress(builder, name, SlackJson.Write, configure);

    /// <summary>Adds what every monitor needs: the memory of what is open, and the sink that is the host's log.</summary>
    internal static void AddAlerts(this MlOpsBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(d => d.ServiceType == typeof(AlertManager))) return;
        builder.AddMonitoring();
        services.AddOptions<AlertOptions>().BindConfigurationWhenPresent("MlOps:Alerts").ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AlertOptions>, AlertOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AlertSinkOptions>, AlertSinkOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AlertWebhookOptions>, AlertWebhookOptionsValidator>());
        services.TryAddSingleton<MonitorMemories>();
        services.AddSingleton<AlertOutbox>();
        services.AddSingleton<AlertQueue>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<AlertQueue>());
        services.AddSingleton<AlertManager>();
        services.AddSingleton<IAlerts>(s => s.GetRequiredService<AlertManager>());
        builder.AddAlertSink<LogAlertSink>(LogSink);
    }

    private static MlOpsBuilder AddAddress(MlOpsBuilder builder, string name, Func<AlertMessage, string> write, Action<AlertWebhookOptions>? configure)
    {
        AlertWebhookOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptionsMonitor<AlertWebhookOptions>>().Get(name);
        Add(builder, new(name, s => new WebhookAlertSink(OptionsOf(s), write, s.GetRequiredService<TimeProvider>()), OptionsOf));
        var options = builder.Services.AddOptions<AlertWebhookOptions>(name).BindConfigurationWhenPresent($"{Section}:{name}").ValidateOnStart();
        options.Validate(
            static o => o.Url is null || WebhookTarget.IsAddress(o.Url),
            $"{Section}:{name}:Url must be an address with https or http, without a user and a fragment.");
        if (configure is not null) options.Configure(configure);
        return builder;
    }

    private static void Add(MlOpsBuilder builder, AlertSinkDefinition sink)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(sink.Name);
        builder.AddAlerts();
        if (builder.Services.Any(d => d.ImplementationInstance is AlertSinkDefinition other && other.Name == sink.Name))
            throw new ArgumentException($"There is an alert sink '{sink.Name}' already. Give one of the two another name.", nameof(sink));
        builder.Services.AddSingleton(sink);
    }
}
