using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Reads the events of a view in a span of time by event time, created time and source order: sorted in memory, or in sorted runs that go to files and are merged when they are many.</summary>
internal static class EventRange
{
    private const int RowsOfBatch = 8192;

    /// <summary>Reads.</summary>
    /// <param name="view">The view.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The last moment, inclusive.</param>
    /// <param name="events">Reads the events.</param>
    /// <param name="options">How much memory a run may take, half of the budget of a join, and where the files lie.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches of join keys, event time and features.</returns>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(
        FeatureView view, DateTimeOffset from, DateTimeOffset to, IEventReader events, LocalJoinOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        view = await events.PinAsync(view, cancellationToken).ConfigureAwait(false);
        var schema = await events.GetSchemaAsync(view, null, cancellationToken).ConfigureAwait(false);
        var output = new Output(view, schema);
        using var folder = new TemporaryFolder(options.TemporaryFolder);
        var runs = new List<BatchFile>();
        try
        {
            var (waiting, bytes) = (new List<RecordBatch>(), 0L);
            var first = FeatureTime.ToMicros(from);
            if (FeatureTime.FromMicros(first) < from) first++;
            await foreach (var batch in events.ReadAsync(view, null, new(first, FeatureTime.ToMicros(to)), cancellationToken).ConfigureAwait(false))
            {
                if (batch.Length == 0) continue;
                waiting.Add(ArrowRows.Take(batch, [.. Enumerable.Range(0, batch.Length)])); // the batch ends when the next one is read
                bytes += waiting[^1].Arrays.Sum(a => a.Data.Buffers.Sum(b => (long)b.Length));
                if (bytes < options.MemoryBudget / 2) continue;
                runs.Add(new(schema.ToArrow(), folder));
                foreach (var sorted in Sort(waiting, view)) runs[^1].Add(sorted);
                (waiting, bytes) = ([], 0);
            }

            var rest = Sort(waiting, view);
            if (runs.Count == 0)
            {
                foreach (var batch in rest) yield return output.Of(batch);
                if (waiting.Count == 0) yield return output.Of(Empty(schema));
                yield break;
            }

            var last = new BatchFile(schema.ToArrow(), folder);
            runs.Add(last);
            foreach (var batch in rest) last.Add(batch);
            await foreach (var batch in MergeAsync(runs, schema, view, cancellationToken).ConfigureAwait(false)) yield return output.Of(batch);
        }
        finally
        {
            foreach (var run in runs) run.Dispose();
        }
    }

    private static RecordBatch Empty(DatasetSchema schema) => new(schema.ToArrow(), schema.Select(c => new ArrowColumnBuilder(c.Type).Build()), 0);

    /// <summary>Sorts batches as a whole.</summary>
    private static IEnumerable<RecordBatch> Sort(List<RecordBatch> batches, FeatureView view)
    {
        if (batches.Count == 0) yield break;
        var all = batches.Count == 1
            ? batches[0]
            : new RecordBatch(batches[0].Schema, Enumerable.Range(0, batches[0].ColumnCount).Select(c => ArrowArrayConcatenator.Concatenate([.. batches.Select(b => b.Column(c))], ArrowMemory.Managed)), batches.Sum(b => b.Length));
        var events = new EventBatch(view, all);
        var scratch = new EventScratch();
        var created = events.CreatedTimes(scratch);
        var keys = new (long Time, long Created, int Row)[all.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = (events.Times[i], created.IsEmpty ? 0 : created[i], i);
        System.Array.Sort(keys);
        for (var start = 0; start < keys.Length; start += RowsOfBatch)
            yield return ArrowRows.Take(all, [.. keys.AsSpan(start, Math.Min(RowsOfBatch, keys.Length - start)).ToArray().Select(k => k.Row)]);
    }

    /// <summary>Merges sorted runs; of equal events that of the earlier run, which stands first in the source, comes first.</summary>
    private static async IAsyncEnumerable<RecordBatch> MergeAsync(List<BatchFile> runs, DatasetSchema schema, FeatureView view, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heads = new List<Head>();
        try
        {
            var queue = new PriorityQueue<Head, (long Time, long Created, int Run)>();
            for (var i = 0; i < runs.Count; i++)
            {
                heads.Add(new(runs[i].ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken), view, i));
                if (await heads[i].MoveAsync().ConfigureAwait(false)) queue.Enqueue(heads[i], heads[i].Key);
            }

            var builders = schema.Select(c => new ArrowColumnBuilder(c.Type)).ToList();
            var rows = 0;
            while (queue.TryDequeue(out var head, out _))
            {
                for (var i = 0; i < builders.Count; i++) builders[i].Append(head.Value(i));
                rows++;
                if (await head.MoveAsync().ConfigureAwait(false)) queue.Enqueue(head, head.Key);
                if (rows < RowsOfBatch && queue.Count > 0) continue;
                yield return new(schema.ToArrow(), builders.Select(b => b.Build()), rows);
                rows = 0;
            }
        }
        finally
        {
            foreach (var head in heads) await head.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The next event of a run.</summary>
    private sealed class Head(IAsyncEnumerator<RecordBatch> batches, FeatureView view, int run) : IAsyncDisposable
    {
        private readonly EventScratch _scratch = new();
        private EventBatch? _events;
        private int _row = -1;

        public (long Time, long Created, int Run) Key => (_events!.Times[_row], _events.CreatedTimes(_scratch) is { IsEmpty: false } created ? created[_row] : 0, run);

        public FeatureValue Value(int column) => ArrowValues.Read(batches.Current.Column(column), _row);

        public async ValueTask<bool> MoveAsync()
        {
            if (_events is not null && ++_row < _events.Length) return true;
            if (!await batches.MoveNextAsync().ConfigureAwait(false)) return false;
            (_events, _row) = (new(view, batches.Current), 0);
            return true;
        }

        public ValueTask DisposeAsync() => batches.DisposeAsync();
    }

    /// <summary>The columns that come out: join keys, event time under its name in the source, features.</summary>
    private sealed class Output(FeatureView view, DatasetSchema events)
    {
        private readonly Schema _schema = new DatasetSchema([.. view.Keys, new(view.EventTime, ColumnType.Timestamp), .. view.Features.Select(f => new Column(f.Name, f.Type))]).ToArrow();
        private readonly int[] _columns = [.. view.Keys.Select(k => k.Name).Append(EventColumns.EventTime).Concat(view.Features.Select(f => f.Column)).Select(events.IndexOf)];

        public RecordBatch Of(RecordBatch batch) => new(_schema, _columns.Select(batch.Column), batch.Length);
    }
}
