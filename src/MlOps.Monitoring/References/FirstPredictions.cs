using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>The first predictions that a version made, with which its later ones are compared where the reference has no predictions: training data have none.</summary>
internal sealed class FirstPredictions(IPredictionLog log)
{
    /// <summary>So many are enough.</summary>
    public const int MaxRows = 50_000;

    /// <summary>Profiles the outputs of the first predictions of a version, up to the window of a report.</summary>
    public async Task<DatasetProfile> ReadAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var profile = new DatasetProfile();
        if (context.Version.CreatedAt >= context.From) return profile;
        await foreach (var batch in log.ReadWatchedAsync(context.Version.Model, context.Version.CreatedAt, context.From, context.Options, cancellationToken).ConfigureAwait(false))
        {
            foreach (var part in new ChunkCutter(new(), context.From, context.To).Cut(batch))
            {
                var own = Own(part.Rows, context.Version.Version);
                if (own.Length > 0) ReferenceProfiler.Add(profile, own, null);
            }

            if (profile.Rows >= MaxRows) break;
        }

        return profile;
    }

    private static RecordBatch Own(RecordBatch batch, int version)
    {
        var names = Enumerable.Range(0, batch.ColumnCount).Where(i => batch.Schema.GetFieldByIndex(i).Name.StartsWith(PredictionColumns.OutputPrefix, StringComparison.Ordinal)).ToList();
        var versions = ColumnReader.Find(batch, PredictionColumns.Version) as Int64Array;
        var rows = Enumerable.Range(0, batch.Length).Where(row => versions?.GetValue(row) == version).ToList();
        var schema = DatasetSchema.FromArrow(batch.Schema);
        return new(new Schema(names.Select(batch.Schema.GetFieldByIndex), null), names.Select(i => ColumnUnion.Take(batch.Column(i), rows, rows.Count, schema[i].Type)), rows.Count);
    }
}
