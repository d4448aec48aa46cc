using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Cuts the rows of a log, as they come, into the chunks of a window. By period a row belongs where its time says; by rows, to the chunk that is being filled.</summary>
/// <remarks>The log is in order of days, and within a day in the order in which predictions were written; so a chunk that is cut by rows is one of time as well, but for clocks that differ.</remarks>
internal sealed class ChunkCutter
{
    private readonly MonitorOptions _options;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _to;
    private readonly long _total;
    private readonly List<Count> _counts = [];
    private long _seen;

    /// <summary>Starts with a window.</summary>
    /// <param name="options">How it is cut.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="total">How many rows it has in all; needed only where it is cut into a number of chunks.</param>
    public ChunkCutter(MonitorOptions options, DateTimeOffset from, DateTimeOffset to, long total = 0)
    {
        (_options, _from, _to, _total) = (options, from, to, total);
        Reach(options.ChunkPeriod is { } period ? (int)Math.Ceiling((to - from) / period) - 1 : (options.ChunkCount ?? (options.ChunkRows is null ? 1 : 0)) - 1);
    }

    /// <summary>Gets how many rows succeeded so far.</summary>
    public long Rows => _counts.Sum(c => c.Rows);

    /// <summary>Gets how many failed.</summary>
    public long FailedRows => _counts.Sum(c => c.Failed);

    /// <summary>Gives the rows of a batch, chunk by chunk, in their order.</summary>
    public IEnumerable<MonitorBatch> Cut(RecordBatch batch)
    {
        var times = ColumnReader.Find(batch, PredictionColumns.Time) as TimestampArray;
        var errors = ColumnReader.Find(batch, PredictionColumns.Error);
        var next = batch.Length == 0 ? 0 : ChunkOf(times, 0);
        for (var start = 0; start < batch.Length;)
        {
            var (chunk, end) = (next, start);
            List<int>? failed = null;
            Reach(chunk);
            do
            {
                var hasFailed = errors is not null && !errors.IsNull(end);
                if (hasFailed) (failed ??= []).Add(end);
                _counts[chunk].Add(times?.GetTimestamp(end) ?? _from, hasFailed);
                _seen++;
                end++;
                if (end < batch.Length) next = ChunkOf(times, end);
            }
            while (end < batch.Length && next == chunk);

            yield return failed is null
                ? new(chunk, batch.Slice(start, end - start))
                : new(chunk, WatchedPredictions.Take(batch, [.. Enumerable.Range(start, end - start).Except(failed)]), WatchedPredictions.Take(batch, failed));
            start = end;
        }
    }

    /// <summary>Gives the chunks with what was counted.</summary>
    public IReadOnlyList<Chunk> Chunks() => [.. _counts.Select((count, number) =>
    {
        var (from, to) = _options switch
        {
            { ChunkPeriod: { } period } => (_from + (number * period), _from + ((number + 1) * period)),
            { ChunkRows: null, ChunkCount: null } => (_from, _to),
            _ => (count.First ?? _from, count.Last ?? _from),
        };
        return new Chunk(number, from, to < _to ? to : _to, count.Rows, count.Failed);
    })];

    private int ChunkOf(TimestampArray? times, int row) => _options switch
    {
        { ChunkPeriod: { } period } => (int)Math.Clamp(((times?.GetTimestamp(row) ?? _from) - _from) / period, 0, _counts.Count - 1),
        { ChunkRows: { } size } => (int)(_seen / size),
        { ChunkCount: { } number } => (int)Math.Min(_seen * number / Math.Max(_total, 1), number - 1),
        _ => 0,
    };

    private void Reach(int chunk)
    {
        while (_counts.Count <= chunk) _counts.Add(new());
    }

    private sealed class Count
    {
        public long Rows { get; private set; }

        public long Failed { get; private set; }

        public DateTimeOffset? First { get; private set; }

        public DateTimeOffset? Last { get; private set; }

        public void Add(DateTimeOffset time, bool hasFailed)
        {
            if (hasFailed) Failed++;
            else Rows++;
            if (First is null || time < First) First = time;
            if (Last is null || time > Last) Last = time;
        }
    }
}
