namespace MlOps.DataValidation;

/// <summary>Keeps the metrics of every validated dataset. Thread-safe, also between processes.</summary>
public interface IMetricHistory
{
    /// <summary>Adds the metrics of a dataset. The same dataset, fingerprint and time again is one point, with the metrics that were added first; it is accepted as soon as one of them was.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When they are kept.</returns>
    /// <exception cref="ArgumentException">The dataset or a metric has no name.</exception>
    Task AddAsync(DatasetMetrics metrics, CancellationToken cancellationToken = default);

    /// <summary>Reads the metrics of a dataset, the oldest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The points.</returns>
    /// <exception cref="ArgumentException">The dataset has no name, or the limit is not between 1 and 10,000.</exception>
    Task<IReadOnlyList<DatasetMetrics>> ReadAsync(HistoryQuery query, CancellationToken cancellationToken = default);
}
