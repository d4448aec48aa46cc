using System.Globalization;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>Finds monitors that are to run by the clock and did not, whichever host it was that should have.</summary>
internal sealed class OverdueMonitors(IOptionsMonitor<MonitorOptions> options, RunHistory history, MonitorMemories memories, TimeProvider time)
{
    private static readonly TimeSpan MostGrace = TimeSpan.FromHours(1);
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>Looks at one monitor.</summary>
    /// <returns>What is wrong; null when nothing is, or the monitor has no calendar and no interval.</returns>
    /// <remarks>It is late when a moment that was due is past by as much as lies between two, an hour at most, no run that went well reaches up to it, and none is under way. A host that has just started has as long.</remarks>
    public async Task<string?> FindAsync(string monitor, CancellationToken cancellationToken)
    {
        var o = options.Get(monitor);
        if (o.Cron is null && o.Every is null) return null;
        var now = time.GetUtcNow();
        var runs = await history.ListAsync(monitor, cancellationToken).ConfigureAwait(false);
        if (FindDue(o, runs) is not { } due || DueTimes.Next(o, due) is not { } next) return null;
        var grace = next - due < MostGrace ? next - due : MostGrace;
        if (now - (due > _started ? due : _started) <= grace) return null;
        var state = await memories.ReadAsync<ScheduleState>(ScheduleState.KeyOf(monitor), cancellationToken).ConfigureAwait(false);
        if (state?.Claim?.HoldsAt(now) == true) return null;
        return string.Create(CultureInfo.InvariantCulture, $"{monitor} was due at {due:u} and has {(runs.Any(r => r.Error is not null && r.To >= due) ? "failed since" : "not run")}");
    }

    // Windows of runs that somebody asked for may end anywhere; one that ends ahead says nothing of what is due by then.
    private DateTimeOffset? FindDue(MonitorOptions o, IReadOnlyList<MonitorRun> runs)
    {
        var reached = runs.Where(r => r.Error is null && r.To <= r.StartedAt).Max(r => (DateTimeOffset?)r.To);
        return reached is null && runs.Any(r => r.Error is not null) ? runs.Where(r => r.Error is not null).Min(r => r.To) : DueTimes.Next(o, reached ?? _started);
    }
}
