using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Gives features as they were known at each row's own time. Thread-safe.</summary>
/// <remarks>
/// For every entity row there is exactly one output row, in input order, in every engine. A feature is that of the latest event at or before the row's time and within the view's time to live, both ends
/// inclusive; of events at one time the one created last, then the one that stands last in its source. Missing keys meet nothing. Times without a zone are UTC.
/// </remarks>
public interface ITrainingSets
{
    /// <summary>Joins features to entity rows and keeps the result.</summary>
    /// <param name="query">Which features of which rows.</param>
    /// <param name="cancellationToken">Stops the join; nothing is kept then.</param>
    /// <returns>The rows with their features, and how many values were created after their row's time.</returns>
    /// <exception cref="NotFoundException">There is no such service, view or feature.</exception>
    /// <exception cref="DataException">A column lacks, has another type, or two outputs have one name.</exception>
    Task<TrainingSet> CreateAsync(TrainingSetQuery query, CancellationToken cancellationToken = default);

    /// <summary>Joins features to entity rows and gives the result batch by batch, keeping nothing.</summary>
    /// <param name="query">Which features of which rows.</param>
    /// <param name="cancellationToken">Stops the join.</param>
    /// <returns>The columns of the entity rows, then the features. At least one batch; a batch is valid until the next one is asked for.</returns>
    IAsyncEnumerable<RecordBatch> ReadAsync(TrainingSetQuery query, CancellationToken cancellationToken = default);

    /// <summary>Reads every event of one view in a span of time, without entity rows: join keys, event time, then features, by event time, created time and source order.</summary>
    /// <param name="view">The view.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The last moment, inclusive.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches; at least one, which may be empty.</returns>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    IAsyncEnumerable<RecordBatch> ReadRangeAsync(string view, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);
}

/// <summary>Which features of which rows.</summary>
public sealed record TrainingSetQuery
{
    /// <summary>Gets the rows that features are wanted for: join keys, a time, and any other columns, which are passed on.</summary>
    public required EntityRows Rows { get; init; }

    /// <summary>Gets the column of the rows that holds their time.</summary>
    public string TimeColumn { get; init; } = "event_timestamp";

    /// <summary>Gets the feature service, as name or name@version; null when <see cref="Features"/> are listed.</summary>
    public string? Service { get; init; }

    /// <summary>Gets the features, as view:feature; looked at when there is no service.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Gets whether features are named view__feature.</summary>
    public bool FullNames { get; init; }

    /// <summary>Gets whether events created after their row's time, or at an unknown time, are left out of views that have a created time, so that a later backfill does not leak into training.</summary>
    public bool CreatedBeforeRow { get; init; }

    /// <summary>Gets what the result is called; null calls it after the service or the first view.</summary>
    public string? Name { get; init; }
}

/// <summary>The rows that features are wanted for.</summary>
public abstract record EntityRows
{
    private EntityRows()
    {
    }

    /// <summary>Takes the rows of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <returns>The rows.</returns>
    public static EntityRows Of(Dataset dataset) => new InDataset(dataset ?? throw new ArgumentNullException(nameof(dataset)));

    /// <summary>Takes rows as they come.</summary>
    /// <param name="batches">Batches of one schema; at least one.</param>
    /// <returns>The rows.</returns>
    public static EntityRows Of(IAsyncEnumerable<RecordBatch> batches) => new InBatches(batches ?? throw new ArgumentNullException(nameof(batches)));

    /// <summary>Takes the rows of a query that runs where the features are, so that only the result leaves the server.</summary>
    /// <param name="warehouse">The name of the warehouse.</param>
    /// <param name="sql">A SELECT without an order; the output has the order of its rows.</param>
    /// <returns>The rows.</returns>
    public static EntityRows Sql(string warehouse, string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(warehouse);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return new InWarehouse(warehouse, sql);
    }

    /// <summary>Rows of a dataset.</summary>
    /// <param name="Dataset">The dataset.</param>
    public sealed record InDataset(Dataset Dataset) : EntityRows;

    /// <summary>Rows as they come.</summary>
    /// <param name="Batches">The batches.</param>
    public sealed record InBatches(IAsyncEnumerable<RecordBatch> Batches) : EntityRows;

    /// <summary>Rows of a query.</summary>
    /// <param name="Warehouse">The name of the warehouse.</param>
    /// <param name="Text">The query.</param>
    public sealed record InWarehouse(string Warehouse, string Text) : EntityRows;
}

/// <summary>Rows with their features.</summary>
/// <param name="Rows">The columns of the entity rows, then the features.</param>
/// <param name="Service">The feature service; null when features were listed.</param>
/// <param name="Leakage">How many values were created after their row's time, for each view that has a created time.</param>
public sealed record TrainingSet(Dataset Rows, FeatureServiceReference? Service, IReadOnlyList<FeatureLeakage> Leakage);

/// <summary>How many values of a view were created after the time of the row that got them: they were not known then, and a model that learns from them is too good in training.</summary>
/// <param name="View">The view.</param>
/// <param name="Matched">The rows that met an event.</param>
/// <param name="CreatedAfterRow">Those of them whose event was created after the row's time.</param>
public sealed record FeatureLeakage(string View, long Matched, long CreatedAfterRow);

/// <summary>Names a feature service that a model was trained on, so that it is served with the same features in the same order.</summary>
/// <param name="Name">The service.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">The SHA-256 of its features, their types and their order, in lower-case hexadecimal.</param>
public sealed record FeatureServiceReference(string Name, int Version, string Digest);
