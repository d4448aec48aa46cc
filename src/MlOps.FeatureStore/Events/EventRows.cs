using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;

namespace MlOps.FeatureStore;

/// <summary>Turns batches of a source into events: their columns, their types, and only the rows that have an event time in the span.</summary>
internal sealed class EventRows(FeatureView view, EventLayout layout, EventSpan? span)
{
    private readonly Schema _schema = layout.Schema.ToArrow();
    private int[] _kept = [];
    private long _putAside;

    /// <summary>Turns a batch.</summary>
    /// <param name="batch">A batch with the columns of the source.</param>
    /// <returns>The events. Columns that need no change are shared with the batch.</returns>
    public RecordBatch Select(RecordBatch batch)
    {
        var columns = new IArrowArray[layout.Columns.Count];
        for (var i = 0; i < columns.Length; i++) columns[i] = layout.Columns[i].Convert(batch.Column(batch.Schema.GetFieldIndex(layout.Columns[i].Source)));
        var events = new RecordBatch(_schema, columns, batch.Length);
        var rows = Rows((TimestampArray)events.Column(EventColumns.EventTime), view.CreatedTime is null ? null : (TimestampArray)events.Column(EventColumns.CreatedTime));
        return rows.Length == batch.Length ? events : ArrowRows.Take(events, rows);
    }

    /// <summary>Says in the log and in the metrics how many events had no event time.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="logger">The log.</param>
    public void Report(FeatureStoreMetrics metrics, ILogger logger)
    {
        if (_putAside == 0) return;
        metrics.EventsPutAside(view.Name, _putAside);
        logger.EventsPutAside(view.Name, _putAside);
    }

    private ReadOnlySpan<int> Rows(TimestampArray times, TimestampArray? created)
    {
        if (_kept.Length < times.Length) _kept = new int[times.Length];
        if (times.NullCount == 0 && span?.CreatedAfter is null) return _kept.AsSpan(0, Within(times.Values, span?.From ?? long.MinValue, span?.To ?? long.MaxValue, _kept));
        var count = 0;
        var values = times.Values;
        for (var i = 0; i < values.Length; i++)
        {
            if (times.IsNull(i)) _putAside++;
            else if (IsWanted(values[i], created, i)) _kept[count++] = i;
        }

        return _kept.AsSpan(0, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Within(ReadOnlySpan<long> times, long from, long to, Span<int> kept)
    {
        var count = 0;
        for (var i = 0; i < times.Length; i++)
        {
            kept[count] = i;
            count += times[i] >= from & times[i] <= to ? 1 : 0; // without a branch, which events in no order would mislead
        }

        return count;
    }

    private bool IsWanted(long time, TimestampArray? created, int row) => span is null
        || (time <= span.To && (time >= span.From || (span.CreatedAfter is { } after && created?.IsValid(row) == true && created.Values[row] > after)));
}
