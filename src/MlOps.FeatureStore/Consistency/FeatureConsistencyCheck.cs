using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Takes logged predictions, computes their features again and compares.</summary>
/// <remarks>Only events that were created before a prediction count where a view has a created time: what came late could not have been served.</remarks>
internal sealed class FeatureConsistencyCheck(
    IFeatureDirectory directory, ITrainingSets trainingSets, IPredictionLog log, FeatureStoreMetrics metrics, ILogger<FeatureConsistencyCheck> logger) : IFeatureConsistency
{
    public async Task<ConsistencyReport> CheckAsync(ConsistencyQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.From >= query.To) throw new ArgumentException($"The span from {query.From:O} to {query.To:O} holds no time.", nameof(query));
        using var activity = FeatureStoreMetrics.StartConsistency(query);
        var columns = directory.DescribeQuery(query.Service, [], fullNames: false);
        var predictions = new LoggedPredictions(query, columns);
        await log.FlushAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var batch in log.ReadAsync(query.Model, query.From, query.To, cancellationToken).ConfigureAwait(false)) predictions.Add(batch);
        var recomputed = await RecomputeAsync(query, predictions, columns.Outputs, cancellationToken).ConfigureAwait(false);
        var report = new ConsistencyReport(
            query, predictions.Predictions, predictions.Count, [.. columns.Outputs.Select((c, i) => FeatureComparison.Of(c.Name, predictions.Served[i], recomputed[i]))]);
        foreach (var feature in report.Features) metrics.Consistency(query, feature);
        if (report.NotLogged.Any()) logger.FeaturesNotLogged(query.Model, query.Service, string.Join(", ", report.NotLogged));
        if (report.IsAlarm) logger.Inconsistent(query.Model, query.Service, report.Features.Count(f => f.DifferingShare > query.AlarmShare), report.Compared);
        return report;
    }

    private async Task<IReadOnlyList<List<FeatureValue>>> RecomputeAsync(ConsistencyQuery query, LoggedPredictions predictions, DatasetSchema outputs, CancellationToken cancellationToken)
    {
        List<FeatureValue>[] recomputed = [.. outputs.Select(_ => new List<FeatureValue>(predictions.Count))];
        if (predictions.Count == 0) return recomputed;
        var wanted = new TrainingSetQuery
        {
            Rows = EntityRows.Of(new[] { predictions.ToRows() }.ToAsyncEnumerable()),
            TimeColumn = predictions.TimeColumn,
            Service = query.Service,
            CreatedBeforeRow = true,
        };
        await foreach (var batch in trainingSets.ReadAsync(wanted, cancellationToken).ConfigureAwait(false))
        {
            for (var c = 0; c < recomputed.Length; c++)
            {
                var column = batch.Column(predictions.Schema.Count + c);
                for (var i = 0; i < batch.Length; i++) recomputed[c].Add(ArrowValues.Read(column, i));
            }
        }

        return recomputed;
    }
}
