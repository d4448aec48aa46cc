using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Judges how good predictions were. The reference of a version is read and scored once.</summary>
internal sealed class PerformanceCheck(
    IDatasetStore datasets, IPredictionLog log, IServiceProvider services, IOptionsMonitor<PerformanceOptions> options, MonitoringMetrics metrics, ILogger<PerformanceCheck> logger) : IMonitorCheck, IDisposable
{
    public const string CheckName = "performance";

    private readonly PerformanceReferenceReader _reader = new(datasets, log, services);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal); // by monitor

    public string Name => CheckName;

    public async ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        if (!PerformanceMetric.IsTask(context.Manifest.Task)) return null;
        var own = options.Get(context.Monitor);
        var known = await GetAsync(context, own, cancellationToken).ConfigureAwait(false);
        var probe = own.ReplaySamples && services.GetService<IModelLoader>() is { } loader
            ? await StabilityProbe.RunAsync(loader, context.Version, own.MaxPerturbation is not null, cancellationToken).ConfigureAwait(false)
            : StabilityProbe.None;
        return new PerformancePass(context, known, probe, metrics);
    }

    public void Dispose()
    {
        _gate.Dispose();
        foreach (var known in _known.Values) known.Reference?.Dispose();
    }

    private async Task<Known> GetAsync(MonitorContext context, PerformanceOptions own, CancellationToken cancellationToken)
    {
        var fingerprint = context.Version.RequireBundle().Fingerprint;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_known.TryGetValue(context.Monitor, out var known) && known.Fingerprint == fingerprint && ReferenceEquals(known.Task.Options, own)) return known;
            var task = new PerformanceTask(context.Manifest, own);
            var (reference, problem) = task.Outputs.Problem is { } unreadable ? (null, unreadable) : await _reader.ReadAsync(context, task, cancellationToken).ConfigureAwait(false);
            var newest = await NewestRow.ReadAsync(datasets, context, own.TimeColumn, cancellationToken).ConfigureAwait(false);
            var read = new Known(fingerprint, task, reference, problem, newest);
            if (reference is null) logger.PerformanceWithoutReference(context.Monitor, problem ?? "unknown");
            else logger.PerformanceReferenceRead(context.Monitor, reference.Labels, reference.Source);
            // A labelled period of the log may not be labelled yet.
            if (reference is null && own.ReferenceFrom is not null) return read;
            known?.Reference?.Dispose(); // a pass of the version before fails, should it still be on its way
            _known[context.Monitor] = read;
            return read;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What is known of a version.</summary>
    internal sealed record Known(string Fingerprint, PerformanceTask Task, ReferenceScores? Reference, string? Problem, DateTimeOffset? NewestRow);
}
