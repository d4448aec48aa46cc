using MlOps.FeatureStore;

namespace MlOps.Core;

/// <summary>Puts features beside rows in a pipeline.</summary>
public static class FeatureStageExtensions
{
    /// <summary>Puts the features of a service beside the rows of a dataset, as of each row's own time: one row for each row, in its order.</summary>
    /// <param name="rows">The rows: join keys, a time, and any other columns, which are passed on.</param>
    /// <param name="service">The feature service, as name@version, or as name for its newest version.</param>
    /// <param name="timeColumn">The column that holds the time of each row.</param>
    /// <param name="createdBeforeRow">Whether events created after their row's time are left out, so that a later backfill does not leak into training.</param>
    /// <param name="fullNames">Whether features are named view__feature.</param>
    /// <returns>The rows with their features.</returns>
    /// <remarks>
    /// <para>The stage is a cache hit when rows, definitions and the state of every source are those of before. A warehouse, and a source that has no version, cannot tell; the stage then always runs.
    /// Recorded are, for each view with a created time, how many rows met an event (<c>view.matched</c>) and how many of these were created after the row's time (<c>view.created_after_row</c>).</para>
    /// <para>Put features beside rows before these are split: a row gets the same features in any part, and the holdout stays locked.</para>
    /// </remarks>
    /// <example><code>pipeline.Acquire(Source.Parquet("flights.parquet")).WithFeatures("flight-delay@1", timeColumn: "departure")</code></example>
    public static StageOutput<Dataset> WithFeatures(this StageOutput<Dataset> rows, string service, string timeColumn = "event_timestamp", bool createdBeforeRow = false, bool fullNames = false)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        ArgumentException.ThrowIfNullOrWhiteSpace(timeColumn);
        return rows.Then(new FeaturesStage(service, timeColumn, createdBeforeRow, fullNames));
    }
}
