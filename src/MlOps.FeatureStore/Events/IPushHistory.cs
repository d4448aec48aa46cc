using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps what was pushed to views whose events come from nowhere else. Thread-safe.</summary>
internal interface IPushHistory
{
    /// <summary>Gives all that was pushed to a view until now, in the order of its arrival. While nothing more is pushed, it is the same dataset.</summary>
    /// <param name="view">The view.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A dataset with the columns that the view names in its source; without rows when nothing was pushed.</returns>
    Task<Dataset> GetAsync(FeatureView view, CancellationToken cancellationToken);
}
