using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MlOps.Monitoring;

/// <summary>Sends messages in the background, each sink for itself: one that does not answer keeps no other waiting, and no monitor.</summary>
/// <remarks>A message that is not received is sent again, with twice the pause each time. What a host has not sent when it stops or is killed, the next one sends. More than <see cref="Capacity"/> messages do not wait for a sink: the oldest is given up and counted.</remarks>
internal sealed class AlertQueue(AlertOutbox outbox, IEnumerable<AlertSinkDefinition> sinks, IServiceProvider services, MonitoringMetrics metrics, TimeProvider time, ILogger<AlertQueue> logger) : IHostedService, IAsyncDisposable, IDisposable
{
    public const int Capacity = 1000;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _hurry = new(); // the host stops: one more try each, without pauses
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;

    public void Add(AlertSinkDefinition sink, AlertMessage message)
    {
        lock (_gate)
        {
            if (_hurry.IsCancellationRequested)
            {
                Leave(sink.Name, message, null);
                return;
            }

            if (!_lanes.TryGetValue(sink.Name, out var lane))
            {
                var messages = Channel.CreateBounded<AlertMessage>(
                    new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, dropped => GiveUp(sink.Name, dropped, 0, "too many messages wait", null));
                _lanes[sink.Name] = lane = new(messages, Task.Run(() => SendAllAsync(sink, messages.Reader)));
            }

            lane.Messages.Writer.TryWrite(message);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _looking = Task.Run(LookAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] sending;
        lock (_gate)
        {
            foreach (var lane in _lanes.Values) lane.Messages.Writer.TryComplete();
            sending = [.. _lanes.Values.Select(l => l.Sending)];
        }

        await _hurry.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([_looking, .. sending]).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested) await outbox.LeaveAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([_looking, .. _lanes.Values.Select(l => l.Sending)]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hurry.Dispose();
        _stop.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    // What other hosts have left, and what this one had when it was here last.
    private async Task LookAsync()
    {
        var known = sinks.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var names = known.Keys.ToHashSet(StringComparer.Ordinal);
        while (!_hurry.IsCancellationRequested)
        {
            foreach (var (taken, isTooOld) in await outbox.TakeAsync(names, _stop.Token).ConfigureAwait(false))
            {
                if (isTooOld) GiveUp(taken.Sink, taken.Message, 0, "it is too old", null);
                else Add(known[taken.Sink], taken.Message);
            }

            await Task.Delay(LookEvery, time, _hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAllAsync(AlertSinkDefinition definition, ChannelReader<AlertMessage> messages)
    {
        IAlertSink? sink = null;
        await foreach (var message in messages.ReadAllAsync(_stop.Token).ConfigureAwait(false)) sink = await SendAsync(definition, sink, message).ConfigureAwait(false);
        (sink as IDisposable)?.Dispose();
    }

    private async Task<IAlertSink?> SendAsync(AlertSinkDefinition definition, IAlertSink? sink, AlertMessage message)
    {
        var delay = TimeSpan.Zero;
        for (var attempt = 1; ; attempt++)
        {
            AlertSinkOptions? options = null;
            try
            {
                options = definition.Options(services);
                sink ??= definition.Create(services);
                await sink.SendAsync(message, _stop.Token).ConfigureAwait(false);
                metrics.Alert(definition.Name, "sent");
                logger.AlertSent(definition.Name, message.Monitor, message.Raised.Count, message.Resolved.Count);
                await outbox.SettleAsync(definition.Name, message).ConfigureAwait(false);
                return sink;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                Leave(definition.Name, message, null);
                return sink;
            }
#pragma warning disable CA1031 // a sink is the host's code: whatever it throws, monitors and other sinks go on
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (options is not null && attempt < options.MaxAttempts && _hurry.IsCancellationRequested)
                {
                    Leave(definition.Name, message, e.Message);
                    return sink;
                }

                if (options is null || attempt >= options.MaxAttempts)
                {
                    GiveUp(definition.Name, message, attempt, e.Message, e is AlertNotSentException ? null : e);
                    return sink;
                }

                delay = attempt == 1 ? options.FirstDelay : delay * 2 < MaxDelay ? delay * 2 : MaxDelay;
                metrics.Alert(definition.Name, "failed");
                logger.AlertFailed(definition.Name, attempt, delay.TotalSeconds, e.Message);
                await Task.Delay(delay, time, _hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void GiveUp(string sink, AlertMessage message, int attempts, string reason, Exception? error)
    {
        metrics.Alert(sink, "given up");
        logger.AlertGivenUp(error, sink, message.Monitor, attempts, reason);
        _ = outbox.SettleAsync(sink, message); // throws nothing
    }

    private void Leave(string sink, AlertMessage message, string? reason)
    {
        metrics.Alert(sink, "left");
        logger.AlertLeft(sink, message.Monitor, reason ?? "the host stops");
    }

    private sealed record Lane(Channel<AlertMessage> Messages, Task Sending);
}
