using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Takes events as they happen: brings them to the online store at once, and keeps them as the history of their view.</summary>
internal sealed class Pusher(MaterializationContext context, IEnumerable<PushHistory> histories)
{
    /// <summary>Pushes rows.</summary>
    /// <param name="view">The view.</param>
    /// <param name="rows">Columns as the source of the view has them.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>What became of them.</returns>
    public async Task<MaterializedView> PushAsync(FeatureView view, RecordBatch rows, PushTarget target, CancellationToken cancellationToken)
    {
        var layout = EventLayout.Match(view, null, DatasetSchema.FromArrow(rows.Schema));
        var history = target == PushTarget.Online ? null : HistoryOf(view);
        var (from, to) = CheckTimes(view, rows, layout);
        var events = new EventRows(view, layout, null).Select(rows);
        var refused = context.RejectedOf(view);
        var guarded = context.GuardsOf(view).Check(events);
        refused.Add(guarded.Rows);
        context.Metrics.Guarded(view.Name, "write", guarded.Refused, guarded.Flagged);
        var result = new MaterializedView(view.Name, from, to, rows.Length, 0, 0, guarded.Refused) { Flagged = guarded.Flagged };
        if (guarded.Refused > 0)
        {
            int[] taken = [.. Enumerable.Range(0, rows.Length).Where(i => guarded.IsTaken[i])];
            (rows, events) = (ArrowRows.Take(rows, taken), ArrowRows.Take(events, taken));
        }

        // The history comes last: what failed before can be pushed again, and stands in the history once.
        if (target != PushTarget.Offline)
        {
            result = view.IsWindowed
                ? await WriteWindowsAsync(view, events, result, cancellationToken).ConfigureAwait(false)
                : await WriteAsync(view, events, result, cancellationToken).ConfigureAwait(false);
            context.Metrics.Written(view.Name, "push", result.Written);
        }

        if (history is not null) await history.AppendAsync(view, rows, cancellationToken).ConfigureAwait(false);
        return result with { RejectedRows = await refused.KeepAsync(cancellationToken).ConfigureAwait(false) };
    }

    private async Task<MaterializedView> WriteAsync(FeatureView view, RecordBatch events, MaterializedView result, CancellationToken cancellationToken)
    {
        var rows = new EventCursor(view);
        rows.Open(events);
        var now = context.Now;
        var isTaken = new bool[events.Length];
        for (var i = 0; i < isTaken.Length; i++) isTaken[i] = rows.TryGetMoment(i, out var moment) && moment.Event <= now;
        var table = MaterializationContext.TableFor(view);
        var counts = table.Add(rows, isTaken);
        var written = await context.WriterOf(view).WriteAsync(table.Take(), cancellationToken).ConfigureAwait(false);
        return result with
        {
            Written = written.Written,
            Superseded = written.Superseded,
            Expired = written.Expired,
            Rejected = result.Rejected + counts.WithoutKeyOrTime,
            Future = isTaken.Count(t => !t),
        };
    }

    // A window does not look beyond the moment that is asked for, so what has not happened yet may wait in its state.
    private async Task<MaterializedView> WriteWindowsAsync(FeatureView view, RecordBatch events, MaterializedView result, CancellationToken cancellationToken)
    {
        var writes = await context.WindowsOf(view).PushAsync(events, context.Now, cancellationToken).ConfigureAwait(false);
        return result with { Written = writes.Written, Superseded = writes.Superseded, Rejected = result.Rejected + writes.Rejected };
    }

    private PushHistory HistoryOf(FeatureView view)
    {
        if (view.Source is not FeatureSource.FromPushes)
            throw new DataException($"The history of feature view '{view.Name}' is its own source, and what is pushed is not kept beside it. Push it online only, or make it a view of pushed events.");
        return histories.FirstOrDefault() ?? throw new DataException($"No history of what is pushed to feature view '{view.Name}' is kept here. Push it online only.");
    }

    private (DateTimeOffset From, DateTimeOffset To) CheckTimes(FeatureView view, RecordBatch rows, EventLayout layout)
    {
        var column = layout.Columns.First(c => c.Name == EventColumns.EventTime);
        var times = (TimestampArray)column.Convert(rows.Column(rows.Schema.GetFieldIndex(column.Source, StringComparer.Ordinal)));
        if (times.Length == 0) return (context.Time.GetUtcNow(), context.Time.GetUtcNow());
        long from = long.MaxValue, to = long.MinValue;
        for (var i = 0; i < times.Length; i++)
        {
            if (times.IsNull(i)) throw new DataException($"Row {i + 1} that was pushed to feature view '{view.Name}' has no event time in column '{view.EventTime}'. Nothing was taken.") { Column = view.EventTime, Row = i + 1 };
            from = Math.Min(from, times.Values[i]);
            to = Math.Max(to, times.Values[i]);
        }

        return (Moments.ToTime(from), Moments.ToTime(to));
    }
}
