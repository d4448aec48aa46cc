using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Adds the check multivariate to a monitor.</summary>
public static class MultivariateBuilderExtensions
{
    /// <summary>Compares rows as wholes, not only column by column: do columns still go together, can trees tell the rows of the window from those of the training data, have embeddings and texts moved.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The monitor.</returns>
    public static MonitorBuilder WatchMultivariate(this MonitorBuilder monitor, Action<MultivariateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        monitor.Additions.Add((services, name) =>
        {
            services.AddOptions<MultivariateOptions>(name).Configure(options =>
            {
                options.Enabled = true;
                configure?.Invoke(options);
            });
        });
        return monitor;
    }

    /// <summary>Registers the check, which a monitor makes when its options say so.</summary>
    internal static void AddMultivariateCheck(this MlOpsBuilder builder, string monitor)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MultivariateOptions>, MultivariateOptionsValidator>());
        builder.Services.AddOptions<MultivariateOptions>(monitor).BindConfigurationWhenPresent($"MlOps:Monitors:{monitor}:Multivariate").ValidateOnStart();
        builder.AddMonitorCheck<MultivariateCheck>();
    }
}
