namespace MlOps.DataValidation;

/// <summary>Which part of a history to read.</summary>
/// <param name="Dataset">What the data is called.</param>
public sealed record HistoryQuery(string Dataset)
{
    /// <summary>Gets the time before which the points must lie; null for all.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Gets whether points of data that did not pass validation are left out.</summary>
    public bool OnlyAccepted { get; init; }

    /// <summary>Gets the names of the metrics to read; null for all. Of wide data there are thousands.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }

    /// <summary>Gets how many points to read at most, the newest.</summary>
    /// <value>The default is 1,000, the most 10,000.</value>
    public int Limit { get; init; } = 1_000;
}
