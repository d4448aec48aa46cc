using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlOps.Serving;

/// <summary>The shadows of the host, by model.</summary>
internal sealed class ShadowQueues(
    IEnumerable<ShadowRegistration> shadows, IOptionsMonitor<ShadowOptions> options, ModelHost host, ServingMetrics metrics, ILogger<ShadowQueues> logger)
{
    private readonly Dictionary<string, ShadowQueue> _queues =
        shadows.ToDictionary(s => s.Model, s => new ShadowQueue(s.Model, options.Get(s.Model), host, metrics, logger), StringComparer.Ordinal);

    public IReadOnlyCollection<ShadowQueue> All => _queues.Values;

    /// <summary>Gives the shadow of a model; null when it has none.</summary>
    public ShadowQueue? Of(string model) => _queues.GetValueOrDefault(model);
}
