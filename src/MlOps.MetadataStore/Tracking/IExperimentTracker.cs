using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Puts on record what code outside of pipelines does: a notebook, a job, an experiment. Thread-safe.</summary>
public interface IExperimentTracker
{
    /// <summary>Starts a run.</summary>
    /// <param name="experiment">The name of the experiment; it is created when there is none.</param>
    /// <param name="name">The name of the run, for people; null for the experiment and the time.</param>
    /// <param name="parent">The run that it is part of; null for none.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The run. Call <see cref="TrackedRun.CompleteAsync"/> when it went well, and dispose it.</returns>
    /// <exception cref="ConflictException">The experiment is deleted.</exception>
    Task<TrackedRun> StartAsync(string experiment, string? name = null, TrackedRun? parent = null, CancellationToken cancellationToken = default);

    /// <summary>Does something as a run, which ends with it: finished, failed with the message of its exception, or killed when it was cancelled.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="experiment">The name of the experiment; it is created when there is none.</param>
    /// <param name="work">What to do.</param>
    /// <param name="name">The name of the run, for people; null for the experiment and the time.</param>
    /// <param name="cancellationToken">Given to the work.</param>
    /// <returns>What the work gave.</returns>
    Task<T> RunAsync<T>(string experiment, Func<TrackedRun, CancellationToken, Task<T>> work, string? name = null, CancellationToken cancellationToken = default);
}
