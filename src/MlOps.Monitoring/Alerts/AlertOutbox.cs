using System.Text.Json;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>A message that a sink has not received yet.</summary>
/// <param name="Sink">The sink.</param>
/// <param name="Message">The message, as the sink is to get it.</param>
/// <param name="Since">Since when it waits.</param>
/// <param name="Host">The host that sends it.</param>
/// <param name="HeldUntil">When that host is taken for dead, so that another one sends it.</param>
internal sealed record WaitingMessage(string Sink, AlertMessage Message, DateTimeOffset Since, string Host, DateTimeOffset HeldUntil);

/// <summary>Keeps messages until their sinks have received them, in the document that says that somebody was told: who is killed in between, or stops while a sink is out of reach, leaves them to the next start or to another host.</summary>
/// <remarks>A message can so be sent twice, with the same identifier, and is not lost. Thread-safe.</remarks>
internal sealed class AlertOutbox(AlertMemory memory, TimeProvider time, ILogger<AlertOutbox> logger)
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>How old a message may become that nobody could send: then it is told of again anyway, if it is still so.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    /// <summary>How much of messages is kept for one monitor. What is more is sent, but does not survive the process.</summary>
    private const int MaxBytes = 256 * 1024;

    private readonly string _host = Guid.NewGuid().ToString("n");
    private readonly Lock _gate = new();
    private readonly HashSet<(string Sink, string Id)> _sending = [];

    /// <summary>Puts new messages beside those that wait.</summary>
    public IReadOnlyList<WaitingMessage> Add(IReadOnlyList<WaitingMessage> waiting, IEnumerable<(string Sink, AlertMessage Message)> messages)
    {
        var now = time.GetUtcNow();
        var all = waiting.ToList();
        var bytes = all.Sum(SizeOf);
        foreach (var (sink, message) in messages)
        {
            var added = new WaitingMessage(sink, message, now, _host, now + Lease);
            if ((bytes += SizeOf(added)) > MaxBytes) break;
            lock (_gate) _sending.Add((sink, message.Id));
            all.Add(added);
        }

        return all;
    }

    /// <summary>Forgets a message that was received or given up. One that cannot be forgotten is forgotten later.</summary>
    public async Task SettleAsync(string sink, AlertMessage message)
    {
        lock (_gate) _sending.Remove((sink, message.Id));
        try
        {
            await memory.ChangeAsync<AlertState>(
                AlertMemory.KeyOf(message.Monitor),
                state => state?.Waiting.FirstOrDefault(w => w.Sink == sink && w.Message.Id == message.Id) is { } settled ? state with { Waiting = [.. state.Waiting.Where(w => w != settled)] } : null,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (IsStoreError(e))
        {
            logger.OutboxNotKept(e);
        }
    }

    /// <summary>Keeps what this host sends from the others, and takes what hosts have left that are no more.</summary>
    /// <param name="sinks">The sinks of this host.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    /// <returns>What it took, and whether that is to be sent or is too old.</returns>
    public async Task<IReadOnlyList<(WaitingMessage Taken, bool IsTooOld)>> TakeAsync(IReadOnlySet<string> sinks, CancellationToken cancellationToken)
    {
        var all = new List<(WaitingMessage, bool)>();
        try
        {
            foreach (var (key, state) in await memory.ListStatesAsync(cancellationToken).ConfigureAwait(false))
            {
                if (state.Waiting.Count == 0) continue;
                List<WaitingMessage> taken = [];
                await memory.ChangeAsync<AlertState>(key, before => before is null ? null : Look(before, sinks, taken), cancellationToken).ConfigureAwait(false);
                foreach (var message in taken)
                {
                    var isTooOld = time.GetUtcNow() - message.Since >= MaxAge;
                    if (!isTooOld) lock (_gate) _sending.Add((message.Sink, message.Message.Id));
                    all.Add((message, isTooOld));
                }
            }
        }
        catch (Exception e) when (IsStoreError(e))
        {
            logger.OutboxNotKept(e);
        }

        return all;
    }

    /// <summary>Gives what this host could not send to whoever comes next, because it stops.</summary>
    public async Task LeaveAsync()
    {
        try
        {
            foreach (var (key, state) in await memory.ListStatesAsync(CancellationToken.None).ConfigureAwait(false))
            {
                if (!state.Waiting.Any(w => w.Host == _host)) continue;
                var now = time.GetUtcNow();
                await memory.ChangeAsync<AlertState>(
                    key, before => before is null ? null : before with { Waiting = [.. before.Waiting.Select(w => w.Host == _host ? w with { HeldUntil = now } : w)] }, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsStoreError(e))
        {
            logger.OutboxNotKept(e);
        }
    }

    private AlertState Look(AlertState state, IReadOnlySet<string> sinks, List<WaitingMessage> taken)
    {
        taken.Clear();
        var now = time.GetUtcNow();
        var waiting = new List<WaitingMessage>();
        foreach (var message in state.Waiting)
        {
            var isOurs = message.Host == _host;
            if (isOurs && IsSending(message)) waiting.Add(message with { HeldUntil = now + Lease });
            else if (isOurs && now - message.Since >= Lease) continue; // it was received when it could not be forgotten
            else if (isOurs || !sinks.Contains(message.Sink) || IsHeld(message, now)) waiting.Add(message);
            else
            {
                var mine = message with { Host = _host, HeldUntil = now + Lease };
                taken.Add(mine);
                if (now - message.Since < MaxAge) waiting.Add(mine);
            }
        }

        return state with { Waiting = waiting };
    }

    // A lease that is longer than any is of a clock that was wrong.
    private static bool IsHeld(WaitingMessage message, DateTimeOffset now) => message.HeldUntil > now && message.HeldUntil - now <= 2 * Lease;

    private bool IsSending(WaitingMessage message)
    {
        lock (_gate) return _sending.Contains((message.Sink, message.Message.Id));
    }

    private static int SizeOf(WaitingMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, MlOpsJson.Options).Length;

    private static bool IsStoreError(Exception e) => e is MlOpsException or IOException or UnauthorizedAccessException or JsonException;
}
