using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Holds rows as wholes to the training data of the version. Reads them once for each version.</summary>
internal sealed class MultivariateCheck(IDatasetStore datasets, KeptInputs kept, IOptionsMonitor<MultivariateOptions> options, MonitoringMetrics metrics, IServiceProvider services) : IMonitorCheck, IDisposable
{
    public const string CheckName = "multivariate";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (string Fingerprint, MultivariateReference Reference)> _references = new(StringComparer.Ordinal); // by monitor

    public string Name => CheckName;

    public async ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var own = options.Get(context.Monitor);
        if (!own.Enabled) return null;
        var reference = await GetReferenceAsync(context, own, cancellationToken).ConfigureAwait(false);
        return new MultivariatePass(context, own, reference, services.GetService<ITreeLearner>(), metrics);
    }

    public void Dispose() => _gate.Dispose();

    private async Task<MultivariateReference> GetReferenceAsync(MonitorContext context, MultivariateOptions own, CancellationToken cancellationToken)
    {
        var fingerprint = context.Version.RequireBundle().Fingerprint;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_references.TryGetValue(context.Monitor, out var known) && known.Fingerprint == fingerprint) return known.Reference;
            var training = context.RequireTraining();
            var inputs = new DatasetSchema(context.Manifest.Signature.InputSchema.Where(c => kept.ProblemOf(context.Version.Model, c.Name, isTraining: true) is null));
            var columns = WatchedColumns.Of(inputs, training.Schema, context.Options, own);
            var reference = await MultivariateReference.ReadAsync(datasets, training, columns, own, cancellationToken).ConfigureAwait(false);
            _references[context.Monitor] = (fingerprint, reference);
            return reference;
        }
        finally
        {
            _gate.Release();
        }
    }
}
