namespace MlOps.FeatureStore;

/// <summary>Keeps what was pushed to views whose events come from nowhere else. Thread-safe.</summary>
internal interface IPushHistory
{
    /// <summary>Gives all that was pushed to a view until now, in the order of its arrival. What is new since the last time is added to it. While nothing more is pushed, it is the same.</summary>
    /// <param name="view">The view.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Datasets with the columns that the view names in its source, few however much was pushed; one without rows when nothing was. The same rows have the same parts and fingerprint.</returns>
    Task<DatasetParts> GetAsync(FeatureView view, CancellationToken cancellationToken);
}
