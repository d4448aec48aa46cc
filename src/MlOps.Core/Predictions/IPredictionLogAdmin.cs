namespace MlOps.Core;

/// <summary>Looks after the prediction log: says how much is known of what became true, erases subjects, removes old days and puts small files together. Thread-safe.</summary>
public interface IPredictionLogAdmin
{
    /// <summary>Says how many predictions have a true value, and how long it took to come.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The first moment of the predictions.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The figures by day; only days with predictions are listed.</returns>
    Task<LabelCoverage> CoverageAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Erases everything that was logged about a subject up to now, of every model.</summary>
    /// <param name="subject">The subject, as the requests named it.</param>
    /// <param name="cancellationToken">Stops the call, which can be made again.</param>
    /// <returns>How many predictions were erased.</returns>
    /// <exception cref="MlOpsException">What waits could not be stored, or the store refuses. Nothing or a part was erased: call again.</exception>
    Task<long> EraseAsync(string subject, CancellationToken cancellationToken = default);

    /// <summary>Removes predictions and true values of days that are over.</summary>
    /// <param name="before">The first day that stays.</param>
    /// <param name="cancellationToken">Stops the call, which can be made again.</param>
    /// <returns>How many days of models were removed.</returns>
    Task<int> RemoveAsync(DateOnly before, CancellationToken cancellationToken = default);

    /// <summary>Puts the small files of days that are over together. It changes nothing that can be read.</summary>
    /// <param name="before">The first day that is left as it is.</param>
    /// <param name="cancellationToken">Stops the call, which can be made again.</param>
    /// <returns>How many files there are less.</returns>
    Task<int> CompactAsync(DateOnly before, CancellationToken cancellationToken = default);
}

/// <summary>How much is known of what became true of predictions.</summary>
/// <param name="Days">By the day of the predictions, in order.</param>
/// <param name="UnmatchedLabels">True values that were read for the window and belong to none of its predictions. With identifiers that callers made they may belong to predictions outside of it.</param>
public sealed record LabelCoverage(IReadOnlyList<LabelCoverageDay> Days, long UnmatchedLabels)
{
    /// <summary>Gets how many predictions there are that did not fail.</summary>
    public long Predictions => Days.Sum(d => d.Predictions);

    /// <summary>Gets how many of them have a true value.</summary>
    public long Labelled => Days.Sum(d => d.Labelled);

    /// <summary>Gets the share of them, from 0 to 1; null when there are no predictions.</summary>
    public double? Share => Predictions == 0 ? null : (double)Labelled / Predictions;
}

/// <summary>How much is known of what became true of the predictions of a day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Predictions">The predictions that did not fail.</param>
/// <param name="Labelled">Those with a true value that is a number.</param>
/// <param name="Failed">The predictions that failed; they are waited for in vain.</param>
/// <param name="Duplicates">The predictions whose identifier another one before it has. Each is counted and labelled.</param>
/// <param name="EarlyLabels">The true values that became known before they were predicted, by clocks that differ. Their delay counts as none.</param>
/// <param name="MedianDelay">Half of the true values took at most this long; null when there is none.</param>
/// <param name="P95Delay">95 of 100 took at most this long; null when there is none.</param>
public sealed record LabelCoverageDay(DateOnly Day, long Predictions, long Labelled, long Failed, long Duplicates, long EarlyLabels, TimeSpan? MedianDelay, TimeSpan? P95Delay)
{
    /// <summary>Gets the share that has a true value, from 0 to 1; null when all failed.</summary>
    public double? Share => Predictions == 0 ? null : (double)Labelled / Predictions;
}
