namespace MlOps.DataValidation;

/// <summary>Looks for values in a series that do not fit those before or around them. Immutable, so one check serves any number of series and threads.</summary>
/// <remarks>Most are made by <see cref="SeriesCheck"/>. An implementation says what it is in <see cref="object.ToString"/>.</remarks>
public interface ISeriesCheck
{
    /// <summary>Gets how many values must come before one that is checked. With fewer nothing could be found, or anything would be.</summary>
    int PointsNeeded { get; }

    /// <summary>Finds the values that do not fit.</summary>
    /// <param name="series">The values, the oldest first, all of them finite.</param>
    /// <param name="start">The index of the first value that is checked.</param>
    /// <param name="end">The index after the last; what lies beyond the series is not there.</param>
    /// <returns>What was found, in the order of the series.</returns>
    /// <exception cref="ArgumentException">A value is NaN or infinite, <paramref name="start"/> is negative or after <paramref name="end"/>, or the check cannot be done on so few values.</exception>
    IReadOnlyList<SeriesAnomaly> Find(ReadOnlySpan<double> series, int start, int end);
}
