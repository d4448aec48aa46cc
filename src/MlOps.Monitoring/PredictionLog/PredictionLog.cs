using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Queues predictions and writes them, on one task in the background, as Parquet files by model, day and schema.</summary>
/// <remarks>What waits in the queue is lost when the process is killed. A disk that refuses is tried again until too many predictions wait; then the oldest are dropped and counted.</remarks>
internal sealed class PredictionLog : IPredictionLog, IAsyncDisposable, IDisposable
{
    private readonly PredictionLogOptions _options;
    private readonly TimeProvider _time;
    private readonly MonitoringMetrics _metrics;
    private readonly ILogger _logger;
    private readonly LogFolder _predictions;
    private readonly LogFolder _truths;
    private readonly PredictionReader _reader;
    private readonly RowBudget _room; // bounds the queue, by rows and not by requests: one request may have many
    private readonly Channel<Item> _queue = Channel.CreateUnbounded<Item>(new() { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly List<Group> _waiting = []; // touched by the consumer only, the oldest first
    private Task? _consumer;
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
    }

    public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ModelNames.CheckModel(entry.Model);
        var item = new Item(entry, PredictionColumns.RowsOf(entry), null);
        if (item.Rows == 0) return ValueTask.CompletedTask;
        Start();
        var full = _room.Take(item.Rows);
        if (full is not null && _options.WhenFull == WhenFull.Wait) return WaitAsync(item, full, cancellationToken);
        if (full is null) Enqueue(item);
        else _metrics.Dropped(entry.Model, item.Rows);
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
        if (_queue.Writer.TryWrite(item)) return;
        _room.Return(item.Rows);
        _metrics.Dropped(item.Entry!.Model, item.Rows); // the host has stopped; its last requests still get their answers
    }

    private async Task ConsumeAsync()
    {
        RemoveTorn();
        using var timer = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var isArmed = false;
        await foreach (var item in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                _room.Return(item.Rows);
                var isDue = _isDue || item.Flushed is not null;
                if (item.Entry is { } entry) await TakeAsync(entry, item.Rows).ConfigureAwait(false);
                if (isDue)
                {
                    (_isDue, isArmed) = (false, false);
                    await WriteAllAsync().ConfigureAwait(false);
                }

                if (!isArmed && _waiting.Count > 0) isArmed = timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
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

        await WriteAllAsync().ConfigureAwait(false);
        foreach (var group in _waiting) Drop(group);
    }

    private void Wake()
    {
        _isDue = true;
        _queue.Writer.TryWrite(default);
    }

    private async Task TakeAsync(PredictionEntry entry, int rows)
    {
        var day = DateOnly.FromDateTime(entry.Time.UtcDateTime);
        var group = _waiting.Find(g => g.Rows < _options.MaxRowsPerFile && g.Day == day && g.Version == entry.Version && g.Model == entry.Model
            && PredictionColumns.AreAlike(g.Entries[0], entry));
        if (group is null) _waiting.Add(group = new(entry.Model, entry.Version, day));
        group.Entries.Add(entry);
        group.Rows += rows;
        if (group.Rows >= _options.MaxRowsPerFile && group.Error is null) await TryWriteAsync(group).ConfigureAwait(false);
        while (_waiting.Count > 1 && _waiting[0].Error is not null && _waiting.Sum(g => (long)g.Rows) > _options.Capacity)
        {
            Drop(_waiting[0]);
            _waiting.RemoveAt(0);
        }
    }

    private async Task WriteAllAsync()
    {
        foreach (var group in _waiting.ToArray()) await TryWriteAsync(group).ConfigureAwait(false);
    }

    private async Task TryWriteAsync(Group group)
    {
        try
        {
            var (schema, rows) = PredictionColumns.ToRows(group.Entries);
            using (rows) await _predictions.WriteAsync(group.Model, group.Day, schema, rows, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MlOpsException or IOException or UnauthorizedAccessException)
        {
            group.Error = e;
            _logger.PredictionsNotWritten(e, group.Model, group.Rows);
            return;
        }
#pragma warning disable CA1031 // an entry that cannot be turned into rows will not be the next time
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.PredictionsUnfit(e, group.Model, group.Rows);
            _waiting.Remove(group);
            Drop(group);
            return;
        }

        _waiting.Remove(group);
        _metrics.Logged(group.Model, group.Rows);
        _logger.PredictionsWritten(group.Model, group.Rows);
    }

    private void Drop(Group group)
    {
        _metrics.Dropped(group.Model, group.Rows);
        _logger.PredictionsDropped(group.Model, group.Rows);
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

    // An entry, a flush to be answered, or neither: only a wake-up.
    private readonly record struct Item(PredictionEntry? Entry, int Rows, TaskCompletionSource? Flushed);

    /// <summary>Requests that go into one file.</summary>
    private sealed class Group(string model, int version, DateOnly day)
    {
        public string Model { get; } = model;

        public int Version { get; } = version;

        public DateOnly Day { get; } = day;

        public List<PredictionEntry> Entries { get; } = [];

        public int Rows { get; set; }

        public Exception? Error { get; set; }
    }
}
