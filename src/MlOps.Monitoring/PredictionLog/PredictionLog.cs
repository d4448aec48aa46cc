using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Queues predictions and brings them, on one task in the background, into the store.</summary>
/// <remarks>
/// The consumer is woken for the first prediction after a pause, then for many at once, and when it is time to write: waking it for each one would cost a request more than its prediction.
/// A store that refuses is tried again until too many predictions wait; then the oldest are dropped and counted.
/// </remarks>
internal sealed class PredictionLog : IPredictionLog, IAsyncDisposable, IDisposable
{
    private const int ManyAtOnce = 1024;

    private readonly PredictionLogOptions _options;
    private readonly TimeProvider _time;
    private readonly MonitoringMetrics _metrics;
    private readonly ILogger _logger;
    private readonly IPredictionStore _store;
    private readonly Sample _sample;
    private readonly RequestShapes _shapes;
    private readonly SegmentFolder? _folder;
    private readonly SegmentQueue _queue;
    private readonly LogConsumer _work;
    private readonly PredictionReader _reader;
    private readonly RowBudget _room; // bounds the queue, by rows and not by requests: one request may have many
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly int _wakeAt;
    private readonly Lock _gate = new();
    private List<TaskCompletionSource> _flushes = [];
    private Task? _consumer;
    private int _unseen; // rows written since the consumer was woken last
    private volatile bool _isArmed; // the timer will wake the consumer
    private volatile bool _isDue;
    private volatile bool _isRecoveryDue = true;
    private volatile bool _isEnding;

    public PredictionLog(
        IPredictionStore store, IEnumerable<IColumnTags> tags, IOptions<MlOpsOptions> folder, IOptions<PredictionLogOptions> options, TimeProvider time, MonitoringMetrics metrics, ILogger<PredictionLog> logger)
    {
        _options = options.Value;
        (_time, _metrics, _logger, _store) = (time, metrics, logger, store);
        _sample = new(_options.SampleShare, _options.SampleKeepsErrors);
        _shapes = new(_options, [.. tags]);
        _folder = _options.Durability == LogDurability.Process ? new(folder.Value.PathOf("prediction-segments")) : null;
        _queue = new(_folder, _options.MaxRowsPerFile, time, logger);
        _room = new(_options.Capacity);
        _work = new(_queue, _folder, _room, store, _options, metrics, logger);
        _reader = new(store, logger);
        _wakeAt = Math.Clamp(Math.Min(_options.Capacity / 2, _options.MaxRowsPerFile / 64), 1, ManyAtOnce);
    }

    /// <summary>Gets where the queue lies; null when it is in memory.</summary>
    public SegmentFolder? Segments => _folder;

    public PredictionReader Reader => _reader;

    public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var rows = RequestRecord.RowsOf(entry);
        if (entry.RowNumbers is { } numbers && numbers.Count != rows) throw new ArgumentException($"There are {numbers.Count} row numbers for {rows} rows.", nameof(entry));
        if (rows == 0 || !_sample.Takes(entry)) return ValueTask.CompletedTask;
        var shape = _shapes.Of(entry);
        Start();
        if (_room.Take(rows) is not { } full)
        {
            Enqueue(entry, shape, rows);
            return ValueTask.CompletedTask;
        }

        Wake();
        if (_options.WhenFull == WhenFull.Wait) return WaitAsync(entry, shape, rows, full, cancellationToken);
        _metrics.Dropped(entry.Model, rows);
        return ValueTask.CompletedTask;
    }

    public Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckModel(model);
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            if (string.IsNullOrEmpty(value?.PredictionId)) throw new ArgumentException("A true value must name its prediction.", nameof(values));
        }

        return values.Count == 0 ? Task.CompletedTask : _store.AppendGroundTruthAsync(model, values, cancellationToken);
    }

    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        Start();
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isEnding) return; // disposed, and with that flushed
            _flushes.Add(flushed);
        }

        Wake();
        await flushed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in _reader.ReadAsync(model, from, to, cancellationToken).ConfigureAwait(false)) yield return batch;
    }

    /// <summary>Begins to work: what a killed process left is stored although nobody predicts.</summary>
    public void Start()
    {
        if (_consumer is not null) return;
        lock (_gate)
        {
            if (_consumer is not null) return;
            _consumer = Task.Run(ConsumeAsync);
        }

        Wake();
    }

    /// <summary>Removes what is kept of files to be used again, with what they still hold of predictions that are stored.</summary>
    public void Forget() => _queue.Trim(0);

    /// <summary>Looks, before the next flush ends, for what other processes have left that are no more.</summary>
    public void Recover()
    {
        _isRecoveryDue = true;
        Start();
        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Close(); // first: what the consumer finds then is the last
        lock (_gate)
        {
            if (_isEnding) return; // the container knows it by two names
            _isEnding = true;
            _consumer ??= Task.CompletedTask;
        }

        Wake();
        await _consumer.ConfigureAwait(false);
        _queue.Dispose();
        _folder?.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async ValueTask WaitAsync(PredictionEntry entry, RequestShape shape, int rows, Task? full, CancellationToken cancellationToken)
    {
        for (; full is not null; full = _room.Take(rows)) await full.WaitAsync(cancellationToken).ConfigureAwait(false);
        Enqueue(entry, shape, rows);
    }

    private void Enqueue(PredictionEntry entry, RequestShape shape, int rows)
    {
        var buffer = RecordBuffer.Take();
        try
        {
            RequestRecord.Write(buffer, shape, entry, rows, entry.TraceId ?? CurrentTrace());
        }
        catch
        {
            _room.Return(rows);
            throw;
        }

        if (_queue.Append(shape, buffer.Bytes, rows, out var isProtected, out var isFull))
        {
            if (!isProtected && _folder is not null) _metrics.Unprotected(entry.Model, rows);
            WakeIfNeeded(rows, isFull);
            return;
        }

        _room.Return(rows);
        _metrics.Dropped(entry.Model, rows); // the host has stopped; its last requests still get their answers
    }

    private static string? CurrentTrace() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : null;

    private async Task ConsumeAsync()
    {
        using var timer = _time.CreateTimer(_ => WakeToWrite(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        bool isEnding;
        do
        {
            await _calls.Reader.ReadAsync().ConfigureAwait(false);
            isEnding = _isEnding;
            // Before the queue is emptied: whoever writes afterwards sees that nobody will come, and calls.
            var isDue = _isDue;
            if (isDue) _isArmed = _isDue = false;
            Interlocked.Exchange(ref _unseen, 0);
            List<TaskCompletionSource> flushes;
            lock (_gate) (flushes, _flushes) = (_flushes, []);
            await WorkAsync(isDue, flushes).ConfigureAwait(false);
            if (!_isArmed && (_queue.HasOpen || _work.HasWaiting)) _isArmed = timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
        }
        while (!isEnding);

        _work.End();
        lock (_gate) foreach (var flush in _flushes) flush.TrySetResult();
    }

    private async Task WorkAsync(bool isDue, List<TaskCompletionSource> flushes)
    {
        Exception? error;
        try
        {
            if (_isRecoveryDue)
            {
                _isRecoveryDue = false;
                await _work.RecoverAsync().ConfigureAwait(false);
            }

            var writes = isDue || flushes.Count > 0 || _isEnding;
            if (writes) _queue.Seal();
            if (writes) await _work.RetryAsync().ConfigureAwait(false);
            await _work.DrainAsync().ConfigureAwait(false);
            error = _work.Error;
        }
#pragma warning disable CA1031 // whatever happens, the log goes on: the next entry may fare better
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LogFailed(e);
            error = e;
        }

        foreach (var flush in flushes)
        {
            if (error is null) flush.TrySetResult();
            else flush.TrySetException(error);
        }
    }

    private void WakeToWrite()
    {
        _isDue = true;
        Wake();
    }

    private void WakeIfNeeded(int rows, bool isFull)
    {
        var unseen = Interlocked.Add(ref _unseen, rows);
        if (isFull || (unseen >= _wakeAt && unseen - rows < _wakeAt) || !_isArmed) Wake();
    }

    private void Wake() => _calls.Writer.TryWrite(true);
}
