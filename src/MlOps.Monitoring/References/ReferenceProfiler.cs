using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Fits reference profiles: what drift is computed against, in one pass over the rows and in memory that does not grow with them.</summary>
/// <remarks>
/// A profile is small, is saved by <see cref="DatasetProfile.ToBytes"/> or <see cref="DatasetProfile.ToJson"/> and merges with others, in any order and however the rows were divided. Its columns are the inputs by their
/// names, the outputs as <c>output.</c> and their names, and the true value as <c>ground_truth</c>.
/// </remarks>
public static class ReferenceProfiler
{
    /// <summary>Fits a profile to rows.</summary>
    /// <param name="rows">The rows: training data, or a period of a prediction log as <see cref="IPredictionLog.ReadAsync"/> gives it. Predictions that failed, and those of a shadow, are left out.</param>
    /// <param name="label">The column that holds the true values; null when there is none, or it is called ground_truth as in the log.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    public static async Task<DatasetProfile> FitAsync(IAsyncEnumerable<RecordBatch> rows, string? label = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var profile = new DatasetProfile();
        var cutter = new ChunkCutter(new(), DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        await foreach (var read in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var batch = WatchedPredictions.WithoutShadows(read);
            var errors = ColumnReader.Find(batch, PredictionColumns.Error);
            if (errors is null || errors.NullCount == batch.Length)
            {
                Add(profile, batch, label);
                continue;
            }

            foreach (var part in cutter.Cut(batch)) Add(profile, part.Rows, label);
        }

        return profile;
    }

    internal static void Add(DatasetProfile profile, RecordBatch batch, string? label)
    {
        var before = profile.Rows;
        profile.AddRows(batch.Length);
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            var name = batch.Schema.GetFieldByIndex(i).Name;
            if ((name != PredictionColumns.Truth && PredictionColumns.IsOwn(name)) || ProfileFeeder.TypeOf(batch.Column(i)) is not { } type) continue;
            var target = name == label ? PredictionColumns.Truth : name;
            var column = profile.Column(target);

            // A column that came later was missing until now.
            if (column.Rows < before) column.AddMissing(before - column.Rows);
            ProfileFeeder.Add(column, batch.Column(i), batch.Length, target == PredictionColumns.Truth ? ColumnType.Float64 : type);
        }

        foreach (var name in profile.Columns)
        {
            if (profile[name].Rows < profile.Rows) profile[name].AddMissing(profile.Rows - profile[name].Rows);
        }
    }
}
