using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Queues predictions and writes them, on one task in the background, as Parquet files by model, day and schema.</summary>
/// <remarks>
/// The consumer is woken for the first prediction after a pause, then for many at once, and when it is time to write: waking it for each one would cost a request more than its prediction.
/// What waits is lost when the process is killed. A disk that refuses is tried again until too many predictions wait; then the oldest are dropped and counted.
/// </remarks>
internal sealed class PredictionLog : IPredictionLog, IAsyncDisposable, IDisposable
{
    private const int ManyAtOnce = 1024;

    private readonly PredictionLogOptions _options;
    private readonly TimeProvider _time;
    private readonly MonitoringMetrics _metrics;
    private readonly ILogger _logger;
    private readonly LogFolder _predictions;
    private readonly LogFolder _truths;
    private readonly PredictionReader _reader;
    private readonly RowBudget _room; // bounds the queue, by rows and not by requests: one request may have many
    private readonly Channel<Item> _queue = Channel.CreateUnbounded<Item>(new() { SingleReader = true });
    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly int _wakeAt;
    private readonly Lock _gate = new();
    private readonly List<Group> _waiting = []; // touched by the consumer only, the oldest first
    private PredictionRows? _spare; // of the last full file, so that a busy service does not allocate megabytes for each
    private Task? _consumer;
    private string? _knownModel; // the last name that was found good
    private int _unseen; // rows written since the consumer was woken last
    private volatile bool _isArmed; // the timer will wake the consumer
    private volatile bool _isDue;

    public PredictionLog(
        IColumnarEngine engine, IOptions<MlOpsOptions> folder, IOptions<PredictionLogOptions> options, TimeProvider time, MonitoringMetrics metrics, ILogger<PredictionLog> logger)
    {
        _options = options.Value;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _predictions = new(folder.Value.PathOf("predictions"), engine);
        _truths = new(folder.Value.PathOf("ground-truth"), engine);
        _reader = new(engine, _predictions, _truths, logger);
        _room = new(_options.Capacity);
        _wakeAt = Math.Clamp(Math.Min(_options.Capacity / 2, _options.MaxRowsPerFile / 64), 1, ManyAtOnce);
    }

    public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!ReferenceEquals(entry.Model, _knownModel))
        {
            ModelNames.CheckModel(entry.Model);
            _knownModel = entry.Model;
        }

        var item = new Item(entry, PredictionColumns.RowsOf(entry), null);
        if (item.Rows == 0) return ValueTask.CompletedTask;
        Start();
        if (_room.Take(item.Rows) is not { } full)
        {
            Enqueue(item);
            return ValueTask.CompletedTask;
        }

        Wake();
        if (_options.WhenFull == WhenFull.Wait) return WaitAsync(item, full, cancellationToken);
        _metrics.Dropped(entry.Model, item.Rows);
        return ValueTask.CompletedTask;
    }

    public async Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckModel(model);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Any(v => string.IsNullOrEmpty(v?.PredictionId))) throw new ArgumentException("A true value must name its prediction.", nameof(values));
        foreach (var day in values.GroupBy(v => DateOnly.FromDateTime(v.Time.UtcDateTime)).OrderBy(g => g.Key))
        {
            var (schema, rows) = GroundTruthColumns.ToRows([.. day]);
            using (rows) await _truths.WriteAsync(model, day.Key, schema, rows, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_consumer is null) return;
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _queue.Writer.WriteAsync(new(null, 0, flushed), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return; // disposed, and with that flushed
        }

        Wake();
        await flushed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in _reader.ReadAsync(model, from, to, cancellationToken).ConfigureAwait(false)) yield return batch;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _queue.Writer.TryComplete();
            _consumer ??= Task.CompletedTask;
        }

        Wake();
        await _consumer.ConfigureAwait(false);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Start()
    {
        if (_consumer is not null) return;
        lock (_gate) _consumer ??= Task.Run(ConsumeAsync);
    }

    private async ValueTask WaitAsync(Item item, Task? full, CancellationToken cancellationToken)
    {
        for (; full is not null; full = _room.Take(item.Rows)) await full.WaitAsync(cancellationToken).ConfigureAwait(false);
        Enqueue(item);
    }

    private void Enqueue(Item item)
    {
        if (_queue.Writer.TryWrite(item))
        {
            WakeIfNeeded(item.Rows);
            return;
        }

        _room.Return(item.Rows);
        _metrics.Dropped(item.Entry!.Model, item.Rows); // the host has stopped; its last requests still get their answers
    }

    private async Task ConsumeAsync()
    {
        RemoveTorn();
        using var timer = _time.CreateTimer(_ => WakeToWrite(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        do
        {
            await _calls.Reader.ReadAsync().ConfigureAwait(false);
            // Before the queue is emptied: whoever writes afterwards sees that nobody will come, and calls.
            var isDue = _isDue;
            if (isDue) _isArmed = _isDue = false;
            Interlocked.Exchange(ref _unseen, 0);
            while (_queue.Reader.TryRead(out var item)) await TakeAsync(item, writes: item.Flushed is not null).ConfigureAwait(false);
            if (isDue) await TakeAsync(default, writes: true).ConfigureAwait(false);
            if (!_isArmed && _waiting.Count > 0) _isArmed = timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
        }
        while (!_queue.Reader.Completion.IsCompleted);

        await WriteAllAsync().ConfigureAwait(false);
        foreach (var group in _waiting) Drop(group);
    }

    private async Task TakeAsync(Item item, bool writes)
    {
        try
        {
            _room.Return(item.Rows);
            if (item.Entry is { } entry) await AddAsync(entry, item.Rows).ConfigureAwait(false);
            if (!writes) return;
            await WriteAllAsync().ConfigureAwait(false);
            if (_waiting.Find(g => g.Error is not null) is { } failed) item.Flushed?.TrySetException(failed.Error!);
            else item.Flushed?.TrySetResult();
        }
#pragma warning disable CA1031 // whatever happens, the log goes on: the next entry may fare better
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.LogFailed(e);
            item.Flushed?.TrySetException(e);
        }
    }

    private void WakeToWrite()
    {
        _isDue = true;
        Wake();
    }

    private void WakeIfNeeded(int rows)
    {
        var unseen = Interlocked.Add(ref _unseen, rows);
        if ((unseen >= _wakeAt && unseen - rows < _wakeAt) || !_isArmed) Wake();
    }

    private void Wake() => _calls.Writer.TryWrite(true);

    private async Task AddAsync(PredictionEntry entry, int rows)
    {
        var day = DateOnly.FromDateTime(entry.Time.UtcDateTime);
        var group = FindGroup(entry, day);
        if (group is null) _waiting.Add(group = new(entry.Model, entry.Version, day, TakeRows(entry)));
        try
        {
            group.Rows.Add(entry, rows);
        }
#pragma warning disable CA1031 // its columns may have become uneven
        catch (Exception e)
#pragma warning restore CA1031
        {
            GiveUp(group, e);
            return;
        }

        if (group.Rows.Count >= _options.MaxRowsPerFile && group.Error is null) await TryWriteAsync(group).ConfigureAwait(false);
        while (_waiting.Count > 1 && _waiting[0].Error is not null && _waiting.Sum(g => (long)g.Rows.Count) > _options.Capacity)
        {
            Drop(_waiting[0]);
            _waiting.RemoveAt(0);
        }
    }

    private Group? FindGroup(PredictionEntry entry, DateOnly day)
    {
        foreach (var group in _waiting)
        {
            if (group.Rows.Count < _options.MaxRowsPerFile && group.Day == day && group.Version == entry.Version && group.Model == entry.Model && group.Rows.Fits(entry)) return group;
        }

        return null;
    }

    private PredictionRows TakeRows(PredictionEntry entry)
    {
        if (_spare is not { } spare || !spare.Fits(entry)) return new(entry);
        _spare = null;
        return spare;
    }

    private async Task WriteAllAsync()
    {
        foreach (var group in _waiting.ToArray()) await TryWriteAsync(group).ConfigureAwait(false);
    }

    private async Task TryWriteAsync(Group group)
    {
        try
        {
            var (schema, rows) = group.Rows.Build();
            using (rows) await _predictions.WriteAsync(group.Model, group.Day, schema, rows, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            group.Error = e;
            _logger.PredictionsNotWritten(e, group.Model, group.Rows.Count);
            return;
        }
#pragma warning disable CA1031 // what cannot be turned into rows will not be the next time
        catch (Exception e)
#pragma warning restore CA1031
        {
            GiveUp(group, e);
            return;
        }

        _waiting.Remove(group);
        _metrics.Logged(group.Model, group.Rows.Count);
        _logger.PredictionsWritten(group.Model, group.Rows.Count);
        if (group.Rows.Count < _options.MaxRowsPerFile) return;
        group.Rows.Clear();
        _spare = group.Rows;
    }

    private void GiveUp(Group group, Exception error)
    {
        _logger.PredictionsUnfit(error, group.Model, group.Rows.Count);
        _waiting.Remove(group);
        Drop(group);
    }

    private void Drop(Group group)
    {
        _metrics.Dropped(group.Model, group.Rows.Count);
        _logger.PredictionsDropped(group.Model, group.Rows.Count);
    }

    private void RemoveTorn()
    {
        try
        {
            _predictions.RemoveTorn();
            _truths.RemoveTorn();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.TornFilesLeft(e);
        }
    }

    // An entry, or a flush to be answered.
    private readonly record struct Item(PredictionEntry? Entry, int Rows, TaskCompletionSource? Flushed);

    /// <summary>Requests that go into one file.</summary>
    private sealed class Group(string model, int version, DateOnly day, PredictionRows rows)
    {
        public string Model => model;

        public int Version => version;

        public DateOnly Day => day;

        public PredictionRows Rows => rows;

        public Exception? Error { get; set; }
    }
}
