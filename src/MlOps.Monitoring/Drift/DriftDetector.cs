using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Makes drift reports: reads the reference of the version once, counts the window, compares.</summary>
internal sealed class DriftDetector(
    IModelRegistry registry, IDatasetStore datasets, IPredictionLog log, MonitoringMetrics metrics, ILogger<DriftDetector> logger) : IDisposable
{
    private readonly ReferenceReader _reader = new(datasets);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (string Fingerprint, ReferenceProfile Profile)> _references = new(StringComparer.Ordinal); // by model and alias

    public async Task<DriftReport> CheckAsync(string monitor, MonitorOptions options, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        if (from >= to) throw new ArgumentException($"The window from {from:O} to {to:O} holds no time.", nameof(to));
        var model = options.Model ?? monitor;
        using var activity = MonitoringMetrics.Start(monitor, model);
        try
        {
            var report = await CompareAsync(monitor, model, options, from, to, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("version", report.Version.ToString(CultureInfo.InvariantCulture)).SetTag("rows", report.Rows).SetTag("drifted", report.Drifted.Count);
            return report;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<DriftReport> CompareAsync(string monitor, string model, MonitorOptions options, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var version = await registry.FindByAliasAsync(model, options.Alias, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("version", $"{model}@{options.Alias}", "There is nothing to compare predictions with until the alias points to a version.");
        var reference = await GetReferenceAsync($"{model}@{options.Alias}", version, cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        var current = new CurrentProfile(reference);
        await foreach (var batch in log.ReadAsync(model, from, to, cancellationToken).ConfigureAwait(false)) current.Add(batch);
        var (columns, label) = DriftComparer.Compare(reference, current, options);
        var report = new DriftReport(monitor, model, version.Version, from, to, reference.Rows, current.Rows, current.FailedRows, columns, label, string.Empty);
        report = report with { Summary = Summarise(report, options) };
        foreach (var column in columns.Where(c => !double.IsNaN(c.Psi))) metrics.Drift(model, column.Column, column.Psi);
        logger.Checked(monitor, model, version.Version, report.Rows, report.Drifted.Count, columns.Count);
        return report;
    }

    private async Task<ReferenceProfile> GetReferenceAsync(string key, ModelVersion version, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_references.TryGetValue(key, out var known) && known.Fingerprint == version.RequireBundle().Fingerprint) return known.Profile;
            var profile = await _reader.ReadAsync(version, cancellationToken).ConfigureAwait(false);
            _references[key] = (version.RequireBundle().Fingerprint, profile);
            return profile;
        }
        finally
        {
            _gate.Release();
        }
    }

    // What cannot be stored now is missing from this report, and in the log's own errors; the rest can still be judged.
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await log.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            logger.CheckedWithoutFlush(e);
        }
    }

    private static string Summarise(DriftReport report, MonitorOptions options)
    {
        FormattableString text = report switch
        {
            { Rows: 0, FailedRows: 0 } => $"No predictions in the window.",
            { Rows: 0 } => $"All {report.FailedRows:N0} predictions in the window failed.",
            { HasDrift: true } => $"Drift in {string.Join(", ", report.Drifted)}: {report.Rows:N0} predictions against {report.ReferenceRows:N0} training rows of version {report.Version}.",
            _ when report.Rows < options.MinRows => $"Nothing can be said: {report.Rows:N0} predictions in the window, {options.MinRows:N0} are needed.",
            _ => $"No drift: {report.Rows:N0} predictions against {report.ReferenceRows:N0} training rows of version {report.Version}.",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
