using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Logs to a run from hot loops: logging puts an entry into a queue and never waits; a task in the background writes many at once. Thread-safe.</summary>
/// <remarks>
/// Entries are written in the order in which they were logged. A store that is busy is asked again; what it refuses, such as another value for a parameter that has one, is
/// lost alone and not the entries beside it. What is lost is counted in <see cref="Lost"/> and by the instrument mlops.run_log.lost, and logged. Dispose it, best with
/// <c>await using</c>: it writes what waits. What is logged afterwards is lost.
/// </remarks>
public sealed class RunLogger : IRunLog, IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly IMetadataStore _store;
    private readonly RunLoggerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Entry> _entries;
    private readonly CancellationTokenSource _enough = new();
    private readonly Task _writing;
    private volatile TaskCompletionSource _hurry = NewSignal();
    private TaskCompletionSource? _disposed;
    private long _lost;
    private int _waiting;
    private int _flushes;
    private bool _isFull;

    /// <summary>Creates a logger for a run that was started.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runId">The run.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <param name="time">The clock; null for that of the system.</param>
    /// <param name="logger">Is told of losses; null tells nobody.</param>
    public RunLogger(IMetadataStore store, string runId, RunLoggerOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrWhiteSpace(runId);
        (_store, RunId, _options, _time, _logger) = (store, runId, options ?? new(), time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Capacity, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxAttempts, 1, nameof(options));
        _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true });
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Gets the run.</summary>
    public string RunId { get; }

    /// <summary>Gets how many entries were lost so far.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    private int WakeAt => Math.Min(_options.BatchSize, Math.Max(1, _options.Capacity / 2));

    /// <summary>Logs a metric.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; NaN and infinities are allowed.</param>
    /// <param name="step">The step of a series, 0 for a single value.</param>
    public void LogMetric(string name, double value, long step = 0) => LogMetric(name, value, step, _time.GetUtcNow());

    /// <summary>Logs a metric that was measured at another time than now.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; NaN and infinities are allowed.</param>
    /// <param name="step">The step of a series, 0 for a single value.</param>
    /// <param name="time">When it was measured.</param>
    public void LogMetric(string name, double value, long step, DateTimeOffset time)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Add(new(EntryKind.Metric, name, null, value, step, time, null));
    }

    /// <summary>Logs a parameter. It keeps its first value; another one is lost.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void LogParameter(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        Add(new(EntryKind.Parameter, name, value, 0, 0, default, null));
    }

    /// <summary>Sets a tag. Setting it again replaces the value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void SetTag(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        Add(new(EntryKind.Tag, name, value, 0, 0, default, null));
    }

    /// <summary>Logs a dataset that the run uses.</summary>
    /// <param name="input">The dataset and what for.</param>
    public void LogInput(DatasetInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Add(new(EntryKind.Input, input.Name, null, 0, 0, default, input));
    }

    /// <summary>Writes what was logged before.</summary>
    /// <param name="cancellationToken">Stops the waiting; the writing goes on.</param>
    /// <returns>When it is written, or lost.</returns>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        var written = NewSignal();
        Interlocked.Increment(ref _flushes);
        try
        {
            while (!_entries.Writer.TryWrite(new(EntryKind.Flush, string.Empty, null, 0, 0, default, written)))
            {
                _hurry.TrySetResult();
                if (await _entries.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false)) continue;
                Interlocked.Decrement(ref _flushes);
                return; // disposed, and with that flushed
            }
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _flushes);
            throw;
        }

        _hurry.TrySetResult();
        await written.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what waits, for as long as <see cref="RunLoggerOptions.DisposeTimeout"/>; what is not written by then is lost.</summary>
    /// <returns>When it is done. It never throws; see <see cref="Lost"/>.</returns>
    public async ValueTask DisposeAsync()
    {
        var disposed = NewSignal();
        if (Interlocked.CompareExchange(ref _disposed, disposed, null) is { } other)
        {
            await other.Task.ConfigureAwait(false);
            return;
        }

        _entries.Writer.TryComplete();
        _hurry.TrySetResult();
        var timer = _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), _enough, _options.DisposeTimeout, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false)) await _writing.ConfigureAwait(false);
        _enough.Dispose();
        disposed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Add(Entry entry)
    {
        if (_entries.Writer.TryWrite(entry))
        {
            if (Interlocked.Increment(ref _waiting) == WakeAt) _hurry.TrySetResult();
            return;
        }

        Lose(1);
        if (_disposed is null && !Interlocked.Exchange(ref _isFull, true)) _logger.EntriesFull(RunId);
    }

    private void Lose(int count)
    {
        Interlocked.Add(ref _lost, count);
        Instruments.EntriesLost(count);
    }

    private async Task WriteAsync()
    {
        var batch = new List<Entry>();
        var flushes = new List<TaskCompletionSource>();
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            await GatherAsync().ConfigureAwait(false);
            while (batch.Count < _options.BatchSize && _entries.Reader.TryRead(out var entry))
            {
                if (entry.Kind == EntryKind.Flush) flushes.Add((TaskCompletionSource)entry.More!);
                else batch.Add(entry);
            }

            Interlocked.Add(ref _waiting, -batch.Count);
            Interlocked.Add(ref _flushes, -flushes.Count);
            _isFull = false;
            if (batch.Count > 0) await WriteAsync(batch, 0, batch.Count).ConfigureAwait(false);
            batch.Clear();
            foreach (var flush in flushes) flush.TrySetResult();
            flushes.Clear();
        }
    }

    // Lets entries gather while nobody is in a hurry: a writer that nobody waits for is woken once for many of them.
    private async Task GatherAsync()
    {
        // Whoever is in a hurry first says why and then gives the signal, so a signal that is missed here is made good by the next look.
        if (_options.FlushInterval == TimeSpan.Zero || _disposed is not null || Volatile.Read(ref _flushes) > 0 || Volatile.Read(ref _waiting) >= WakeAt) return;
        using var stop = new CancellationTokenSource();
        await Task.WhenAny(_hurry.Task, Task.Delay(_options.FlushInterval, _time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        _hurry = NewSignal();
    }

    private async Task WriteAsync(List<Entry> batch, int from, int count)
    {
        var (entries, refused) = Gather(batch, from, count);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _enough.Token.ThrowIfCancellationRequested();
                await _store.LogAsync(RunId, entries, _enough.Token).ConfigureAwait(false);
                Instruments.EntriesWritten(count - refused);
                if (refused == 0) return;
                Lose(refused);
                _logger.EntriesLost(refused, RunId, null);
                return;
            }
            catch (MlOpsException e) when (e.IsTransient && attempt < _options.MaxAttempts && !_enough.IsCancellationRequested)
            {
                _logger.EntriesRetried(RunId, attempt, e);
                await PauseAsync(attempt).ConfigureAwait(false);
            }
            catch (Exception e) when (count > 1 && e is ConflictException or ArgumentException)
            {
                // One of them is bad: the others are not lost for it.
                await WriteAsync(batch, from, count / 2).ConfigureAwait(false);
                await WriteAsync(batch, from + (count / 2), count - (count / 2)).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                Lose(count);
                _logger.EntriesLost(count, RunId, e);
                return;
            }
        }
    }

    private static (RunEntries Entries, int Refused) Gather(List<Entry> batch, int from, int count)
    {
        var metrics = new List<Metric>(count);
        Dictionary<string, string> parameters = [], tags = [];
        var inputs = new List<DatasetInput>();
        var refused = 0;
        for (var i = from; i < from + count; i++)
        {
            var entry = batch[i];
            switch (entry.Kind)
            {
                case EntryKind.Metric:
                    metrics.Add(new(entry.Name, entry.Value, entry.Step, entry.Time));
                    break;
                case EntryKind.Parameter:
                    if (!parameters.TryAdd(entry.Name, entry.Text!) && parameters[entry.Name] != entry.Text) refused++;
                    break;
                case EntryKind.Tag:
                    tags[entry.Name] = entry.Text!;
                    break;
                default:
                    inputs.Add((DatasetInput)entry.More!);
                    break;
            }
        }

        return (new() { Metrics = metrics, Parameters = parameters, Tags = tags, Inputs = inputs }, refused);
    }

    private async Task PauseAsync(int attempt)
    {
        try
        {
            var wait = FirstWait * Math.Pow(2, Math.Min(attempt - 1, 20));
            await Task.Delay(wait < LongestWait ? wait : LongestWait, _time, _enough.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next attempt sees it.
        }
    }

    private enum EntryKind : byte
    {
        Metric,
        Parameter,
        Tag,
        Input,
        Flush,
    }

    [SuppressMessage("Performance", "CA1815", Justification = "Never compared.")]
    private readonly record struct Entry(EntryKind Kind, string Name, string? Text, double Value, long Step, DateTimeOffset Time, object? More);
}
