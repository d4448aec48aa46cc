namespace MlOps.DataValidation;

/// <summary>What was measured of a dataset: one point in the history of each of its metrics.</summary>
/// <param name="Dataset">What the data is called. Datasets of one name make one history.</param>
/// <param name="Time">Which time the data stand for. It orders the history.</param>
/// <param name="Values">The metrics by name. A value that is not finite says that there was nothing to measure.</param>
public sealed record DatasetMetrics(string Dataset, DateTimeOffset Time, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>Gets the fingerprint of the rows; null when it is not known.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Gets whether the data passed validation. A check can leave out of its past what did not.</summary>
    /// <value>The default is true.</value>
    public bool IsAccepted { get; init; } = true;
}
