using MlOps.Statistics;

namespace MlOps.Core;

/// <summary>Gives statistics of the features that were brought to the online store. Thread-safe.</summary>
public interface IFeatureStatistics
{
    /// <summary>Lists the statistics of a view, newest first.</summary>
    /// <param name="view">The view.</param>
    /// <param name="limit">The most that are given.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>One for each run that wrote anything; none when the view was never materialized.</returns>
    Task<IReadOnlyList<FeatureStatistics>> ListAsync(string view, int limit = 1, CancellationToken cancellationToken = default);
}

/// <summary>Statistics of what one run brought to the online store for one view.</summary>
/// <param name="View">The view.</param>
/// <param name="At">When the run finished.</param>
/// <param name="From">The first event time.</param>
/// <param name="To">The last event time.</param>
/// <param name="Profile">A profile of each feature, by name. Its rows are the entities that were written; one that was written in two chunks counts twice.</param>
public sealed record FeatureStatistics(string View, DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, DatasetProfile Profile);
