namespace MlOps.DataValidation;

/// <content>Expectations about the column as a whole.</content>
public sealed partial class ColumnExpectations
{
    /// <summary>Expects the least value within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Min(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.Min, min, max);

    /// <summary>Expects the largest value within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Max(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.Max, min, max);

    /// <summary>Expects the mean within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Mean(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.Mean, min, max);

    /// <summary>Expects the median within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Median(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.Median, min, max);

    /// <summary>Expects the sum within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Sum(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.Sum, min, max);

    /// <summary>Expects the standard deviation (of a sample) within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations StandardDeviation(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.StandardDeviation, min, max);

    /// <summary>Expects the number of different values within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations DistinctCount(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.DistinctCount, min, max);

    /// <summary>Expects the share of different values within bounds.</summary>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations DistinctShare(Scalar min = default, Scalar max = default) => Statistic(DataValidation.Statistic.DistinctShare, min, max);

    /// <summary>Expects a statistic within bounds.</summary>
    /// <param name="statistic">The statistic.</param>
    /// <param name="min">The least; nothing for no bound.</param>
    /// <param name="max">The most; nothing for no bound.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Statistic(Statistic statistic, Scalar min = default, Scalar max = default) => Add(new StatisticBetween(_column, statistic, min, max));

    /// <summary>Expects quantiles within bounds.</summary>
    /// <param name="quantiles">The quantiles and their bounds.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Quantiles(params IReadOnlyList<QuantileRange> quantiles) => Add(new QuantilesBetween(_column, quantiles));

    /// <summary>Expects the different values to relate to a list.</summary>
    /// <param name="relation">How they relate.</param>
    /// <param name="values">The list.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Distinct(SetRelation relation, params IReadOnlyList<Scalar> values) => Add(new DistinctValues(_column, relation, values));

    /// <summary>Expects the most frequent value to be one of a list.</summary>
    /// <param name="values">The list.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations MostCommon(params IReadOnlyList<Scalar> values) => Add(new MostCommonInSet(_column, values));

    /// <summary>Expects values less than some standard deviations away from the mean.</summary>
    /// <param name="threshold">How many.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations ZScores(double threshold, double mostly = 1) => Add(new ZScoresBelow(_column, threshold), mostly);

    /// <summary>Expects the latest moment to be young.</summary>
    /// <param name="maxAge">The most age.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Fresh(TimeSpan maxAge) => Add(new Fresh(_column, maxAge));
}
