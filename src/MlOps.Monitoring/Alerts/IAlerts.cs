namespace MlOps.Monitoring;

/// <summary>What is wrong now, and what nobody wants to hear of. It is kept in the host's <see cref="Core.IMonitorStore"/>, so that restarts and other hosts know of it. Thread-safe.</summary>
public interface IAlerts
{
    /// <summary>Lists what is open.</summary>
    /// <param name="monitor">The monitor; null for all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The alerts, by monitor and then the gravest first.</returns>
    Task<IReadOnlyList<Alert>> ListOpenAsync(string? monitor = null, CancellationToken cancellationToken = default);

    /// <summary>Lists the silences that are not over.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The silences in the order in which they end.</returns>
    Task<IReadOnlyList<Silence>> ListSilencesAsync(CancellationToken cancellationToken = default);

    /// <summary>Keeps alarms from being told of for a while. They are still found, stand in reports and start pipelines.</summary>
    /// <param name="monitor">The monitors: a name, in which * stands for anything.</param>
    /// <param name="cause">The causes, in which * stands for anything.</param>
    /// <param name="duration">For how long; more than nothing.</param>
    /// <param name="by">Who silences.</param>
    /// <param name="why">Why.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The silence.</returns>
    /// <exception cref="ArgumentException">A text is empty or the duration is none.</exception>
    Task<Silence> SilenceAsync(string monitor, string cause, TimeSpan duration, string by, string why, CancellationToken cancellationToken = default);

    /// <summary>Ends a silence. What is open under it is told of in the next run.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether there was such a silence.</returns>
    Task<bool> EndSilenceAsync(string id, CancellationToken cancellationToken = default);
}
