using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Finds out whether a model was served the features that a training set would give it: takes logged predictions, computes their features again as of their time, and compares. Thread-safe.</summary>
public interface IFeatureConsistency
{
    /// <summary>Compares what was served with what training sets say.</summary>
    /// <param name="query">Which predictions.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>What was found, feature by feature. It is also measured, and logged as a warning when it is an alarm.</returns>
    /// <exception cref="NotFoundException">There is no such feature service.</exception>
    /// <exception cref="DataException">The log has no column for a join key or column of the request, or one of another type.</exception>
    Task<ConsistencyReport> CheckAsync(ConsistencyQuery query, CancellationToken cancellationToken = default);
}

/// <summary>Which predictions to check.</summary>
/// <param name="Model">The model whose predictions were logged.</param>
/// <param name="Service">The feature service that it is served with, as name or name@version.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment after the last.</param>
public sealed record ConsistencyQuery(string Model, string Service, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Gets the share of predictions that is checked, chosen by a hash of their identifiers, so that each time the same are.</summary>
    /// <value>The default is 1: all.</value>
    public double Share { get; init => field = value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The share must be above 0 and at most 1."); } = 1;

    /// <summary>Gets the most predictions that are checked; the first by time are.</summary>
    /// <value>The default is 100,000.</value>
    public int Limit { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The limit must be above 0."); } = 100_000;

    /// <summary>Gets the share of predictions in which a feature may differ without an alarm.</summary>
    /// <value>The default is 0.01.</value>
    public double AlarmShare { get; init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The share must lie between 0 and 1."); } = 0.01;

    /// <summary>Gets the column of the inputs that says as of when the features were asked for; null takes the time of the prediction.</summary>
    public string? TimeColumn { get; init; }
}
