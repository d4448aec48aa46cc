using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads the events of a view from wherever they come. Thread-safe.</summary>
internal interface IEventReader
{
    /// <summary>Holds a view to the state that its source has now: a source of data and what was pushed become datasets, so that all that is read afterwards is the same and has a fingerprint. A source that says it
    /// has not changed is not read again. Views of datasets and warehouses are given back as they are.</summary>
    /// <param name="view">The view.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The view.</returns>
    /// <exception cref="DataException">The source cannot be read, or nothing keeps what is pushed.</exception>
    Task<FeatureView> PinAsync(FeatureView view, CancellationToken cancellationToken);

    /// <summary>Gives the columns that <see cref="ReadAsync"/> gives for a view: its join keys by their own names, then <see cref="EventColumns.EventTime"/>, <see cref="EventColumns.CreatedTime"/> and
    /// <see cref="EventColumns.IsReversal"/> where the view has them, then each column of the source that a feature is made of, once.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted; null for all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The columns with their types.</returns>
    /// <exception cref="DataException">The source lacks a column, or it has another type than the view says.</exception>
    /// <remarks>A column of integers is widened where the feature is a number. The column of an aggregation has the type that it has in its source.</remarks>
    Task<DatasetSchema> GetSchemaAsync(FeatureView view, IReadOnlyList<Feature>? features, CancellationToken cancellationToken);

    /// <summary>Reads the events in source order. Times are in microseconds, UTC; days are their midnight. Events without an event time are left out and counted.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted; null for all.</param>
    /// <param name="span">Which events; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches of the schema of <see cref="GetSchemaAsync"/>; at least one, which may be empty. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="DataException">The source lacks a column, or it has another type than the view says.</exception>
    IAsyncEnumerable<RecordBatch> ReadAsync(FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, CancellationToken cancellationToken);
}

/// <summary>Which events: those whose event time lies in a span, or, where a created time is given, whose created time lies after it. Both in microseconds since 1970.</summary>
/// <param name="From">The first event time.</param>
/// <param name="To">The last event time, inclusive.</param>
/// <param name="CreatedAfter">Also events of any earlier event time that were created after this moment; null for none.</param>
internal sealed record EventSpan(long From, long To, long? CreatedAfter = null);

/// <summary>How the columns of events are called that no feature or key is.</summary>
internal static class EventColumns
{
    public const string EventTime = "__event_time";
    public const string CreatedTime = "__created_time";
    public const string IsReversal = "__is_reversal";
}
