using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Brings what is queued into the store, batch by batch. Only one task uses it.</summary>
/// <remarks>
/// A batch is removed from the queue's files when all of its rows are in the store. Rows of one model, day and columns go there together, under a key that says where in the batch they begin: a process that
/// was killed in between is followed by one that makes the same rows with the same keys, and the store takes only what it has not.
/// </remarks>
internal sealed class LogConsumer(SegmentQueue queue, SegmentFolder? folder, RowBudget room, IPredictionStore store, PredictionLogOptions options, MonitoringMetrics metrics, ILogger logger)
{
    private readonly List<Pending> _waiting = []; // the oldest first
    private Pending? _current;
    private PredictionRows? _spare; // of the last large piece, so that a busy service does not allocate megabytes for each

    /// <summary>Gets whether something is to be tried again.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Gets why something is still to be tried again; null when nothing is.</summary>
    public Exception? Error => _waiting.Find(p => p.Error is not null)?.Error;

    /// <summary>Takes all that is queued, and stores the batches that are closed.</summary>
    public async Task DrainAsync()
    {
        while (queue.Peek(out var isSealed) is { } batch)
        {
            var pending = _current ??= new(batch.Name, batch);
            while (batch.Readable(queue.Gate) is { } chunk) Take(pending, batch, chunk);
            if (!isSealed) return;
            queue.Dequeue();
            _current = null;
            _waiting.Add(pending);
            await TryStoreAsync(pending).ConfigureAwait(false);
            while (_waiting.Count > 1 && _waiting[0].Error is not null && _waiting.Sum(p => (long)p.Rows) > options.Capacity) Drop(_waiting[0]);
        }
    }

    /// <summary>Tries again what the store has refused.</summary>
    public async Task RetryAsync()
    {
        foreach (var pending in _waiting.ToArray()) await TryStoreAsync(pending).ConfigureAwait(false);
    }

    /// <summary>Gives up what the store refused to the end: what is in files is left for the next start.</summary>
    public void End()
    {
        var left = 0L;
        foreach (var pending in _waiting.ToArray())
        {
            if (pending.Batch is { IsProtected: true } batch)
            {
                left += pending.Rows;
                batch.Abandon();
            }
            else
            {
                Drop(pending);
            }
        }

        _waiting.Clear();
        if (left > 0) logger.PredictionsLeft(left);
    }

    /// <summary>Stores what processes have left that are no more.</summary>
    public async Task RecoverAsync()
    {
        if (folder is null) return;
        var (rows, torn) = (0L, 0);
        try
        {
            foreach (var abandoned in folder.TakeAbandoned())
            {
                using (abandoned)
                {
                    foreach (var batch in abandoned.Batches())
                    {
                        var pending = new Pending(batch.Name, null);
                        foreach (var file in batch.Files) torn += TakeFile(pending, batch.Number, await File.ReadAllBytesAsync(file).ConfigureAwait(false));
                        var found = pending.Rows;
                        await TryStoreAsync(pending).ConfigureAwait(false);
                        if (pending.Error is not null) continue; // it stays where it is
                        abandoned.Remove(batch);
                        rows += found;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.RecoveryFailed(e);
        }

        if (rows == 0 && torn == 0) return;
        logger.SegmentsRecovered(rows, torn);
        metrics.Recovered(rows);
    }

    private void Take(Pending pending, SegmentBatch batch, SegmentChunk chunk)
    {
        var rows = 0;
        while (batch.CanRead(chunk)) rows += TakeRecord(pending, batch.Read(chunk));
        room.Return(rows);
    }

    private int TakeFile(Pending pending, long batch, ReadOnlySpan<byte> file)
    {
        var at = SegmentChunk.HeaderBytes;
        bool isTorn;
        while (SegmentChunk.NextRecord(file, batch, ref at, out isTorn) is { } place) TakeRecord(pending, file[place]);
        return isTorn ? 1 : 0;
    }

    /// <returns>How many rows the record has.</returns>
    private int TakeRecord(Pending pending, ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        var kind = reader.Byte();
        var number = reader.Int32();
        if (kind == Record.Columns)
        {
            pending.Columns[number] = LoggedColumns.Read(ref reader);
            return 0;
        }

        var (rows, time) = (reader.Int32(), reader.Int64());
        var first = pending.Records++;
        if (!pending.Columns.TryGetValue(number, out var columns)) return rows; // its own record is torn
        var day = DateOnly.FromDateTime(DateTime.UnixEpoch.AddMicroseconds(time));
        var group = pending.Last is { } last && ReferenceEquals(last.Columns, columns) && last.Day == day ? last : Find(pending, columns, day, first);
        pending.Last = group;
        try
        {
            group.Rows.Add(columns, rows, time, isPart: kind == Record.Part, ref reader);
            pending.Rows += rows;
        }
#pragma warning disable CA1031 // its columns may have become uneven
        catch (Exception e)
#pragma warning restore CA1031
        {
            GiveUp(pending, group, e);
        }

        return rows;
    }

    private Group Find(Pending pending, LoggedColumns columns, DateOnly day, int first)
    {
        foreach (var group in pending.Groups)
        {
            if (group.Day != day || group.Model != columns.Model || group.Rows.Key != columns.Key) continue;
            group.Columns = columns;
            return group;
        }

        var made = new Group(columns, day, first, TakeRows(columns));
        pending.Groups.Add(made);
        return made;
    }

    private PredictionRows TakeRows(LoggedColumns columns)
    {
        if (_spare is not { } spare || spare.Key != columns.Key) return new(columns);
        _spare = null;
        return spare;
    }

    private async Task TryStoreAsync(Pending pending)
    {
        pending.Error = null;
        foreach (var group in pending.Groups.ToArray())
        {
            try
            {
                using var rows = group.Rows.Build();
                await store.AppendAsync(new(group.Model, group.Day, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pending.Name}.{group.First:x}"), group.Rows.Schema, rows)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
            {
                pending.Error = e;
                logger.PredictionsNotWritten(e, group.Model, group.Rows.Count);
                continue;
            }
#pragma warning disable CA1031 // what cannot be turned into rows will not be the next time
            catch (Exception e)
#pragma warning restore CA1031
            {
                GiveUp(pending, group, e);
                continue;
            }

            metrics.Logged(group.Model, group.Rows.Count, group.Rows.Answers);
            logger.PredictionsWritten(group.Model, group.Rows.Count);
            pending.Rows -= group.Rows.Count;
            pending.Groups.Remove(group);
            if (group.Rows.Count < options.MaxRowsPerFile / 2) continue;
            group.Rows.Clear();
            _spare = group.Rows;
        }

        if (pending.Error is null) Done(pending);
    }

    private void Done(Pending pending)
    {
        _waiting.Remove(pending);
        if (pending.Batch is { } batch) queue.Return(batch);
    }

    private void GiveUp(Pending pending, Group group, Exception error)
    {
        logger.PredictionsUnfit(error, group.Model, group.Rows.Count);
        pending.Groups.Remove(group);
        pending.Rows -= group.Rows.Count;
        pending.Last = null;
        Drop(group);
    }

    private void Drop(Pending pending)
    {
        foreach (var group in pending.Groups) Drop(group);
        Done(pending);
    }

    private void Drop(Group group)
    {
        metrics.Dropped(group.Model, group.Rows.Count);
        logger.PredictionsDropped(group.Model, group.Rows.Count);
    }

    /// <summary>A batch whose rows are not all in the store.</summary>
    private sealed class Pending(string name, SegmentBatch? batch)
    {
        public string Name => name;

        public SegmentBatch? Batch => batch;

        public Dictionary<int, LoggedColumns> Columns { get; } = [];

        public List<Group> Groups { get; } = [];

        public Group? Last { get; set; }

        public int Records { get; set; }

        public int Rows { get; set; }

        public Exception? Error { get; set; }
    }

    /// <summary>Rows that go to the store together.</summary>
    private sealed class Group(LoggedColumns columns, DateOnly day, int first, PredictionRows rows)
    {
        public string Model { get; } = columns.Model;

        public LoggedColumns Columns { get; set; } = columns;

        public DateOnly Day => day;

        public int First => first;

        public PredictionRows Rows => rows;
    }
}
