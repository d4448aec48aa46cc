using System.Text.Json;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>A message that a sink has not received yet.</summary>
/// <param name="Sink">The sink.</param>
/// <param name="Message">The message, as the sink is to get it.</param>
/// <param name="Since">Since when it waits.</param>
/// <param name="Claim">The host that sends it, and when it is taken for dead, so that another one does.</param>
internal sealed record WaitingMessage(string Sink, AlertMessage Message, DateTimeOffset Since, Lease Claim);

/// <summary>Keeps messages until their sinks have received them, in the document that says that somebody was told: who is killed in between, or stops while a sink is out of reach, leaves them to the next start or to another host.</summary>
/// <remarks>A message can so be sent twice, with the same identifier, and is not lost. Thread-safe.</remarks>
internal sealed class AlertOutbox(MonitorMemories memories, TimeProvider time, ILogger<AlertOutbox> logger)
{
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
            var added = new WaitingMessage(sink, message, now, Lease.Of(_host, now));
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
            await memories.ChangeAsync<AlertState>(
                AlertManager.KeyOf(message.Monitor),
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
            foreach (var (key, state) in await memories.ListAsync<AlertState>(AlertManager.StatePrefix, cancellationToken).ConfigureAwait(false))
            {
                if (state.Waiting.Count == 0) continue;
                List<WaitingMessage> taken = [];
                await memories.ChangeAsync<AlertState>(key, before => before is null ? null : Look(before, sinks, taken), cancellationToken).ConfigureAwait(false);
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
            foreach (var (key, state) in await memories.ListAsync<AlertState>(AlertManager.StatePrefix, CancellationToken.None).ConfigureAwait(false))
            {
                if (!state.Waiting.Any(w => w.Claim.Owner == _host)) continue;
                var now = time.GetUtcNow();
                await memories.ChangeAsync<AlertState>(
                    key, before => before is null ? null : before with { Waiting = [.. before.Waiting.Select(w => w.Claim.Owner == _host ? w with { Claim = w.Claim with { ExpiresAt = now } } : w)] }, CancellationToken.None).ConfigureAwait(false);
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
            var isOurs = message.Claim.Owner == _host;
            if (isOurs && IsSending(message)) waiting.Add(message with { Claim = message.Claim.Renew(now) });
            else if (isOurs && now - message.Since >= Lease.Duration) continue; // it was received when it could not be forgotten
            else if (isOurs || !sinks.Contains(message.Sink) || message.Claim.HoldsAt(now)) waiting.Add(message);
            else
            {
                var mine = message with { Claim = Lease.Of(_host, now) };
                taken.Add(mine);
                if (now - message.Since < MaxAge) waiting.Add(mine);
            }
        }

        return state with { Waiting = waiting };
    }

    private bool IsSending(WaitingMessage message)
    {
        lock (_gate) return _sending.Contains((message.Sink, message.Message.Id));
    }

    private static int SizeOf(WaitingMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, MlOpsJson.Options).Length;

    private static bool IsStoreError(Exception e) => e is MlOpsException or IOException or UnauthorizedAccessException;
}
