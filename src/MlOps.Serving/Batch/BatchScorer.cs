using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Scores datasets with the models of the host.</summary>
internal sealed class BatchScorer(
    ModelHost host, IDatasetStore datasets, PredictionRecorder recorder, InputEnrichers enrichers, InputGuards guards, DeploymentLineage lineage, ServingMetrics metrics, TimeProvider time,
    ILogger<BatchScorer> logger) : IBatchScorer
{
    public async Task<BatchScores> ScoreAsync(
        string model, Dataset rows, BatchScoringOptions? options = null, IProgress<BatchProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckModel(model);
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new();
        options.Check();
        if (rows.IsLocked) throw new HoldoutLockedException(rows.Name);
        using var lease = options.Version is { } number
            ? await host.LeaseAsync(model, number, cancellationToken).ConfigureAwait(false)
            : await host.LeaseAsync(model, options.Alias, cancellationToken).ConfigureAwait(false);
        var served = lease.Served;
        var id = PredictionIds.Of(served.Version, rows);
        var pass = new BatchPass(
            served, enrichers.KeysOf(served), rows, options, new(served, rows.Name, enrichers, guards, time), new(recorder, served, id, options.LogShare), id, metrics, time, progress);
        using var activity = ServingMetrics.StartScoring(served);
        var started = time.GetTimestamp();
        try
        {
            var origin = new DatasetOrigin("predictions", $"{served.Name}/{served.VersionText} {rows.Fingerprint}");
            var predictions = await datasets.WriteAsync(options.Name ?? $"{rows.Name} predictions", origin, pass.RunAsync(datasets, cancellationToken), null, cancellationToken).ConfigureAwait(false);
            lineage.Scored(served.Version, rows, predictions);
            activity?.SetTag("rows", pass.Rows).SetTag("failed", pass.Failed);
            logger.Scored(served.Version.Version, model, pass.Rows, rows.Name, time.GetElapsedTime(started).TotalMilliseconds);
            if (pass.Failed > 0) logger.NotAllScored(pass.Failed, pass.Rows, rows.Name, served.Version.Version, model);
            return new(predictions, model, served.Version.Version, id, pass.Rows, pass.Failed);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }
}
