namespace MlOps.DataValidation;

/// <summary>The checks over the history of a metric.</summary>
public static class SeriesCheck
{
    /// <summary>A value lies between fixed bounds.</summary>
    /// <param name="lower">The least that fits; null for no bound.</param>
    /// <param name="upper">The most that fits; null for no bound.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ArgumentException">There is no bound, one is NaN, or the lower is above the upper.</exception>
    public static ISeriesCheck Threshold(double? lower = null, double? upper = null) => new ThresholdCheck(lower, upper);

    /// <summary>A value differs little from the one before.</summary>
    /// <param name="maxDecrease">The least difference that fits, so a negative number for a decrease; null for no bound.</param>
    /// <param name="maxIncrease">The greatest difference that fits; null for no bound.</param>
    /// <param name="order">How often differences are taken: 1 for the change, 2 for the change of the change; 0 for the value itself.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ArgumentException">There is no bound, one is NaN, the bounds exclude everything, or the order is negative.</exception>
    public static ISeriesCheck AbsoluteChange(double? maxDecrease = null, double? maxIncrease = null, int order = 1) => new AbsoluteChangeCheck(maxDecrease, maxIncrease, order);

    /// <summary>A value is a ratio of an earlier one that is near to 1.</summary>
    /// <param name="maxDecrease">The least ratio of the new to the old value that fits, 0.9 for a loss of a tenth; null for no bound.</param>
    /// <param name="maxIncrease">The greatest ratio that fits; null for no bound.</param>
    /// <param name="order">How many steps back the old value stands, 1 for the one before, 7 for the same day of the last week.</param>
    /// <returns>The check.</returns>
    /// <remarks>From 0 to 0 is a ratio of 1; from 0 to anything else is an infinite one.</remarks>
    /// <exception cref="ArgumentException">There is no bound, one is NaN, the bounds exclude everything, or the order is less than 1.</exception>
    public static ISeriesCheck RelativeChange(double? maxDecrease = null, double? maxIncrease = null, int order = 1) => new RelativeChangeCheck(maxDecrease, maxIncrease, order);

    /// <summary>A value lies near to the running mean of all values up to itself.</summary>
    /// <param name="lowerFactor">How many standard deviations it may lie below; null for no bound.</param>
    /// <param name="upperFactor">How many standard deviations it may lie above; null for no bound.</param>
    /// <param name="ignoredStart">The share of the series at its beginning in which nothing is found, because mean and deviation say little there.</param>
    /// <param name="learnFromAnomalies">Whether a value that was found to be wrong moves the mean and the deviation all the same.</param>
    /// <returns>The check.</returns>
    /// <remarks>
    /// Mean and population deviation are updated with each value (Welford) before it is judged, so a value among n can lie at most √(n - 1) deviations from the mean: three deviations need ten values before.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no factor, one is negative or NaN, or the share is not between 0 and 1.</exception>
    public static ISeriesCheck OnlineNormal(double? lowerFactor = 3, double? upperFactor = 3, double ignoredStart = 0.1, bool learnFromAnomalies = false) =>
        new OnlineNormalCheck(new(lowerFactor, upperFactor), ignoredStart, learnFromAnomalies);

    /// <summary>A value lies near to the mean of the values that are not checked, before and after, or of all values.</summary>
    /// <param name="lowerFactor">How many sample standard deviations it may lie below; null for no bound.</param>
    /// <param name="upperFactor">How many sample standard deviations it may lie above; null for no bound.</param>
    /// <param name="includeChecked">Whether the values that are checked count in the mean and the deviation.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ArgumentException">There is no factor, or one is negative or NaN.</exception>
    public static ISeriesCheck BatchNormal(double? lowerFactor = 3, double? upperFactor = 3, bool includeChecked = false) =>
        new BatchNormalCheck(new(lowerFactor, upperFactor), includeChecked);

    /// <summary>A value of each day lies near to its forecast from the weeks before (<see cref="Seasonal"/> with a period of 7).</summary>
    /// <returns>The check.</returns>
    public static ISeriesCheck Weekly() => new SeasonalCheck(7, SeasonalCheck.DefaultDeviations);

    /// <summary>A value of each month lies near to its forecast from the years before (<see cref="Seasonal"/> with a period of 12).</summary>
    /// <returns>The check.</returns>
    public static ISeriesCheck Yearly() => new SeasonalCheck(12, SeasonalCheck.DefaultDeviations);

    /// <summary>A value lies near to its forecast by triple exponential smoothing with additive trend and season (Holt-Winters), fitted to the values before the part that is checked.</summary>
    /// <param name="period">How many values make a season. Two seasons must come before the first value that is checked.</param>
    /// <param name="deviations">How many deviations a value may lie from its forecast. The deviation is that of the absolute errors of the forecasts of one step over the values before.</param>
    /// <returns>The check.</returns>
    /// <remarks>The equations are those of Hyndman and Athanasopoulos, Forecasting: principles and practice, 2nd edition, section 7.3. The three weights make the sum of squared errors smallest.</remarks>
    /// <exception cref="ArgumentException">The period is less than 2, or the deviations are not a positive number.</exception>
    public static ISeriesCheck Seasonal(int period, double deviations = 1.96) => new SeasonalCheck(period, deviations);
}
