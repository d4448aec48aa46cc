using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace MlOps.MetadataStore;

/// <summary>Events that wait for one sink. Adding never waits: a full queue loses the event and counts it.</summary>
internal sealed class SinkQueue : IAsyncDisposable
{
    private const int MaxBatch = 100;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly IOpenLineageSink _sink;
    private readonly OpenLineageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<string> _events;
    private readonly CancellationTokenSource _enough = new();
    private readonly Lock _gate = new();
    private Task? _sending;
    private bool _isFull;

    public SinkQueue(IOpenLineageSink sink, OpenLineageOptions options, TimeProvider time, ILogger logger)
    {
        (_sink, _options, _time, _logger) = (sink, options, time, logger);
        _events = Channel.CreateBounded<string>(new BoundedChannelOptions(options.Capacity) { SingleReader = true });
    }

    public void Add(string json)
    {
        if (!_events.Writer.TryWrite(json))
        {
            Instruments.EventsLost(_sink.Name, 1);
            if (!Interlocked.Exchange(ref _isFull, true)) _logger.OpenLineageFull(_sink.Name);
            return;
        }

        if (_sending is not null) return;
        lock (_gate) _sending ??= Task.Run(SendAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        if (_sending is { } sending)
        {
            _enough.CancelAfter(_options.FlushTimeout);
            await sending.ConfigureAwait(false);
        }

        _enough.Dispose();
    }

    private async Task SendAsync()
    {
        var batch = new List<string>();
        while (await _events.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < (_sink.TakesMany ? MaxBatch : 1) && _events.Reader.TryRead(out var json)) batch.Add(json);
            _isFull = false;
            await SendAsync(batch).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(List<string> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _enough.Token.ThrowIfCancellationRequested(); // the host has waited long enough
                await _sink.SendAsync(batch, _enough.Token).ConfigureAwait(false);
                Instruments.EventsSent(_sink.Name, batch.Count);
                return;
            }
            catch (Exception e) when (attempt < _options.MaxAttempts && !_enough.IsCancellationRequested && _sink.IsPassing(e))
            {
                await WaitAsync(attempt).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // the next event may fare better
            catch (Exception e)
#pragma warning restore CA1031
            {
                Instruments.EventsLost(_sink.Name, batch.Count);
                _logger.OpenLineageLost(batch.Count, _sink.Name, e);
                return;
            }
        }
    }

    private async Task WaitAsync(int attempt)
    {
        try
        {
            var wait = FirstWait * Math.Pow(2, attempt - 1);
            await Task.Delay(wait < LongestWait ? wait : LongestWait, _time, _enough.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next attempt sees it.
        }
    }
}
