using Microsoft.Extensions.Logging;

namespace MlOps.Monitoring;

/// <summary>Runs one monitor when it is due, each time on one host only.</summary>
/// <remarks>A moment that is due is claimed with a lease before it is run and noted as done afterwards, whatever came out: the next window looks further. A host that dies in between leaves it to another one.</remarks>
internal sealed class MonitorSchedule(string name, Func<MonitorOptions> options, IModelMonitor monitor, MonitorMemories memories, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FurthestAhead = TimeSpan.FromDays(1);
    private readonly string _key = ScheduleState.KeyOf(name);
    private long _counted; // that the store does not know of yet

    public void Count(string model, int rows)
    {
        var o = options();
        if (o.EveryPredictions is not null && model == (o.Model ?? name)) Interlocked.Add(ref _counted, rows);
    }

    /// <summary>Runs what is due.</summary>
    /// <returns>How long until the next moment; null when that is not known.</returns>
    public async Task<TimeSpan?> RunDueAsync(CancellationToken cancellationToken)
    {
        var o = options();
        while (await ClaimAsync(o, cancellationToken).ConfigureAwait(false) is { } period)
        {
            if (period.LeftOut > 0) logger.PeriodsLeftOut(name, period.LeftOut, o.CatchUp);
            try
            {
                await Lease.KeepAsync(
                    async stop =>
                    {
                        await RunAsync(period, stop).ConfigureAwait(false);
                        return true;
                    },
                    stop => ChangeAsync(s => s.Claim?.Owner == period.Claim.Owner ? s with { Claim = period.Claim.Renew(time.GetUtcNow()) } : null, stop),
                    time,
                    cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await ChangeAsync(s => s.Claim?.Owner == period.Claim.Owner ? s with { Claim = null } : null, CancellationToken.None).ConfigureAwait(false); // another host, or the next start, runs it
                throw;
            }

            await ChangeAsync(s => s.Claim?.Owner == period.Claim.Owner ? s with { Claim = null, Last = period.To, Counted = s.Counted - period.Counted } : null, CancellationToken.None).ConfigureAwait(false);
        }

        var now = time.GetUtcNow(); // asked once: a clock that moves on in between must not make the wait negative
        return o.EveryPredictions is null && DueTimes.Next(o, now) is { } next ? next - now : null;
    }

    private async Task RunAsync(Period period, CancellationToken cancellationToken)
    {
        try
        {
            var result = await monitor.RunAsync(name, period.From, period.To, cancellationToken).ConfigureAwait(false);
            if (result.Report.Drift is { HasDrift: true } drift) logger.DriftFound(name, result.Report.Model, string.Join(", ", drift.Drifted));
        }
#pragma warning disable CA1031 // the next round may go better
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.MonitorFailed(e, name);
        }
    }

    private async Task<Period?> ClaimAsync(MonitorOptions o, CancellationToken cancellationToken)
    {
        var counted = Interlocked.Exchange(ref _counted, 0);
        Period? period = null;
        var isKept = false;
        try
        {
            await memories.ChangeAsync<ScheduleState>(
                _key,
                state =>
                {
                    (var next, period) = Decide(state, o, counted);
                    return next == state ? null : next;
                },
                cancellationToken).ConfigureAwait(false);
            isKept = true;
        }
        finally
        {
            if (!isKept) Interlocked.Add(ref _counted, counted);
        }

        return period;
    }

    private (ScheduleState Next, Period? Period) Decide(ScheduleState? state, MonitorOptions o, long counted)
    {
        var now = time.GetUtcNow();
        var schedule = ScheduleState.Describe(o);
        if (state is null || state.Schedule != schedule) state = new(name, schedule, now, 0, null); // what lies before the schedule began is not made up for
        if (state.Last - now > FurthestAhead)
        {
            logger.ClockWentBack(name, state.Last);
            state = state with { Last = now };
        }

        state = state with { Counted = state.Counted + counted };
        if (state.Claim?.HoldsAt(now) == true) return (state, null);
        var claim = Lease.New(now);
        if (o.EveryPredictions is { } every)
        {
            if (state.Counted < every || state.Last >= now) return (state, null);
            return (state with { Claim = claim }, new(state.Last, now, state.Counted, 0, claim));
        }

        var (due, older) = DueTimes.Between(o, state.Last, now, o.CatchUp);
        if (due.Count == 0) return (state, null);
        // What is left out is noted at once, so that it is told of once.
        if (older > 0) state = state with { Last = due[0].AddTicks(-1) };
        return (state with { Claim = claim }, new(due[0] - o.Window, due[0], 0, older, claim));
    }

    private Task ChangeAsync(Func<ScheduleState, ScheduleState?> change, CancellationToken cancellationToken) =>
        memories.ChangeAsync<ScheduleState>(_key, state => state is null ? null : change(state), cancellationToken);

    private sealed record Period(DateTimeOffset From, DateTimeOffset To, long Counted, long LeftOut, Lease Claim);
}
