namespace MlOps.FeatureStore;

/// <summary>Gives the reports of the checks that the host has made by itself, the newest hundred of each model. Thread-safe.</summary>
public interface IConsistencyReports
{
    /// <summary>Gives the newest reports of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The reports, the newest first; none for a model that was never checked.</returns>
    /// <exception cref="Core.StoreException">A report is damaged.</exception>
    Task<IReadOnlyList<ConsistencyReport>> ListAsync(string model, int limit = 1, CancellationToken cancellationToken = default);
}
