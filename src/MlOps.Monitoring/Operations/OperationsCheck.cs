using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Watches how predictions are served, and what versions cost.</summary>
internal sealed class OperationsCheck(
    IModelRegistry registry, IServiceProvider services, IOptionsMonitor<OperationsOptions> options, MonitoringMetrics metrics, ILogger<OperationsCheck> logger) : IMonitorCheck
{
    public const string CheckName = "operations";

    public string Name => CheckName;

    public async ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var own = options.Get(context.Monitor);
        var costs = await new VersionCosts(registry, services.GetService<IMetadataStore>(), logger).ReadAsync(context, own.Versions, cancellationToken).ConfigureAwait(false);
        return new OperationsPass(context, own, costs, metrics);
    }
}
