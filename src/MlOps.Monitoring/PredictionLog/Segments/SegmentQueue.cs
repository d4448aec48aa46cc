using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MlOps.Monitoring;

/// <summary>The queue between those who predict and the one who stores: records in chunks, which are files where the log is to survive the process. Whoever predicts copies a few hundred bytes and goes on.</summary>
internal sealed class SegmentQueue : IDisposable
{
    private const int FirstChunkBytes = 256 << 10; // a service that is seldom asked writes no megabytes each minute
    private const int MostChunkBytes = 4 << 20;
    private const int MostPrepared = 8;
    private const int MostSpares = 32; // two batches of a busy service
    private const int SparesOfIdle = 1;
    private readonly Lock _gate = new();
    private readonly SegmentFolder? _folder;
    private readonly string _instance;
    private readonly int _rowsPerBatch;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Queue<SegmentBatch> _batches = new(); // the last one is open
    private readonly ConcurrentQueue<SegmentChunk> _spares = new();
    private SegmentBatch? _open;
    private long _next;
    private int _chunkBytes = FirstChunkBytes;
    private int _wanted = 1; // spares, more for those who once had to wait for one
    private int _isPreparing;
    private long _warnedAt;
    private bool _isClosed;

    /// <summary>Creates it.</summary>
    /// <param name="folder">Where its files lie; null keeps it in memory.</param>
    /// <param name="rowsPerBatch">With how many rows a batch is closed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public SegmentQueue(SegmentFolder? folder, int rowsPerBatch, TimeProvider time, ILogger logger) =>
        (_folder, _instance, _rowsPerBatch, _time, _logger) = (folder, folder?.Instance ?? Guid.CreateVersion7().ToString("n"), rowsPerBatch, time, logger);

    /// <summary>Gets what guards batches that are still written.</summary>
    public Lock Gate => _gate;

    /// <summary>Gets whether rows wait in a batch that is still open.</summary>
    public bool HasOpen
    {
        get
        {
            lock (_gate) return _open is not null;
        }
    }

    /// <summary>Adds a request.</summary>
    /// <param name="shape">What it has in common with others.</param>
    /// <param name="record">Its record.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="isProtected">Whether it survives the process from now on.</param>
    /// <param name="isFull">Whether it was the last of its batch.</param>
    /// <returns>False when the queue is closed.</returns>
    public bool Append(RequestShape shape, ReadOnlySpan<byte> record, int rows, out bool isProtected, out bool isFull)
    {
        var sum = Checksum.Of(record);
        lock (_gate)
        {
            isProtected = isFull = false;
            if (_isClosed) return false;
            var batch = _open ?? Open();
            if (shape.KnownTo != batch.Number)
            {
                Write(batch, shape.Columns, shape.ColumnsSum);
                shape.KnownTo = batch.Number;
            }

            Write(batch, record, sum);
            isProtected = batch.Last!.Path is not null;
            batch.Rows += rows;
            isFull = batch.Rows >= _rowsPerBatch;
            if (isFull) CloseOpen();
            return true;
        }
    }

    /// <summary>Closes the batch that is written to, so that it goes to the store although it is not full.</summary>
    public void Seal()
    {
        var isIdle = false;
        lock (_gate)
        {
            if (_open is not null)
            {
                isIdle = _open.Rows < _rowsPerBatch / 2;
                CloseOpen();
            }
        }

        if (isIdle) Trim(SparesOfIdle);
    }

    /// <summary>Takes back what a batch needed, to use it again: a file that is there already costs a busy service much less than a new one.</summary>
    public void Return(SegmentBatch batch)
    {
        foreach (var chunk in batch.TakeChunks())
        {
            if (_spares.Count >= MostSpares || chunk.Size < _chunkBytes || chunk.Size > MostChunkBytes || Volatile.Read(ref _isClosed) || (chunk.Path is null && _folder is not null))
            {
                chunk.Dispose();
                continue;
            }

            chunk.Reset();
            _spares.Enqueue(chunk);
        }
    }

    /// <summary>Removes what is kept to be used again, with what it still holds of earlier batches.</summary>
    /// <param name="keep">How many to keep.</param>
    public void Trim(int keep)
    {
        while (_spares.Count > keep && _spares.TryDequeue(out var spare)) spare.Dispose();
    }

    /// <summary>Takes no more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_open is not null) CloseOpen();
        }
    }

    /// <summary>Gives the oldest batch; null when nothing was ever added since the last one.</summary>
    /// <param name="isSealed">Whether nothing more comes.</param>
    public SegmentBatch? Peek(out bool isSealed)
    {
        lock (_gate)
        {
            isSealed = _batches.TryPeek(out var batch) && batch.IsSealed;
            return batch;
        }
    }

    /// <summary>Takes the oldest batch out.</summary>
    public void Dequeue()
    {
        lock (_gate) _batches.Dequeue();
    }

    public void Dispose()
    {
        Close();
        SpinWait.SpinUntil(() => Volatile.Read(ref _isPreparing) == 0);
        Trim(0);
    }

    private SegmentBatch Open()
    {
        var number = ++_next;
        _open = new(number, SegmentFolder.BatchName(_instance, number));
        _batches.Enqueue(_open);
        return _open;
    }

    private void CloseOpen()
    {
        _open!.IsSealed = true;
        _open = null;
    }

    private void Write(SegmentBatch batch, ReadOnlySpan<byte> record, uint sum)
    {
        if (batch.Last is not { } chunk || !chunk.Fits(record.Length)) batch.Add(chunk = NextChunk(record.Length, isMore: batch.Last is not null));
        chunk.Append(record, sum);
    }

    private SegmentChunk NextChunk(int length, bool isMore)
    {
        var size = SegmentChunk.SizeFor(length);
        if (isMore) Volatile.Write(ref _chunkBytes, Math.Min(_chunkBytes * 2, MostChunkBytes));
        if (size > _chunkBytes) return Make(size);
        if (!_spares.TryDequeue(out var chunk))
        {
            chunk = Make(_chunkBytes);
            _wanted = Math.Min(_wanted * 2, MostPrepared);
        }
        else if (chunk.Size < size)
        {
            chunk.Dispose();
            chunk = Make(_chunkBytes);
        }

        if (_spares.Count < _wanted && Interlocked.Exchange(ref _isPreparing, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Prepare(), this, preferLocal: false);
        return chunk;
    }

    private void Prepare()
    {
        while (_spares.Count < Volatile.Read(ref _wanted) && !Volatile.Read(ref _isClosed))
        {
            var size = Volatile.Read(ref _chunkBytes);
            if ((_folder is null ? SegmentChunk.Allocate(size) : TryMap(size)) is not { } spare) break; // whoever needs one tries again
            _spares.Enqueue(spare);
        }

        Volatile.Write(ref _isPreparing, 0);
        if (Volatile.Read(ref _isClosed)) Trim(0);
    }

    private SegmentChunk Make(int size) => (_folder is null ? null : TryMap(size)) ?? SegmentChunk.Allocate(size);

    private SegmentChunk? TryMap(int size)
    {
        try
        {
            return _folder!.Create(size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_warnedAt == 0 || _time.GetElapsedTime(_warnedAt) > TimeSpan.FromMinutes(1))
            {
                _warnedAt = _time.GetTimestamp();
                _logger.SegmentNotWritten(e);
            }

            return null;
        }
    }
}
