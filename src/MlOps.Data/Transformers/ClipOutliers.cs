using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>How the bounds of usual values are found.</summary>
public enum OutlierRule
{
    /// <summary>Between two quantiles, interpolated linearly (Hyndman and Fan 1996, type 7).</summary>
    Quantiles,

    /// <summary>Between the quartiles widened by a multiple of their distance (Tukey 1977).</summary>
    Fences,

    /// <summary>Between the mean less and plus a multiple of the sample standard deviation.</summary>
    Sigmas,
}

/// <summary>Learns from the training rows which values are usual and moves the others onto the bounds; see <see cref="Clip"/>.</summary>
/// <param name="Rule">How the bounds are found. Missing and infinite values take no part.</param>
/// <param name="Lower">The lower quantile, or the multiple below.</param>
/// <param name="Upper">The upper quantile, or the multiple above.</param>
/// <param name="Columns">The columns: numbers, days or moments. They are learned in one pass; each needs 8 bytes of memory a row, 16 for Decimal.</param>
/// <remarks>Bounds of columns that hold no fractions are rounded outwards.</remarks>
public sealed record ClipOutliers(OutlierRule Rule, double Lower, double Upper, params IReadOnlyList<string> Columns) : IDataEstimator
{
    /// <summary>Keeps the values between two quantiles.</summary>
    /// <param name="lower">The lower quantile, at least 0.</param>
    /// <param name="upper">The upper quantile, above the lower and at most 1.</param>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The quantiles are out of order.</exception>
    public static ClipOutliers Quantiles(double lower, double upper, params IReadOnlyList<string> columns)
    {
        if (!(lower >= 0 && upper <= 1 && lower < upper)) throw new ArgumentOutOfRangeException(nameof(lower), lower, "Quantiles are given as 0 <= lower < upper <= 1.");
        return new(OutlierRule.Quantiles, lower, upper, columns);
    }

    /// <summary>Keeps the values between the quartiles widened by a multiple of their distance.</summary>
    /// <param name="reach">The multiple, at least 0; 1.5 is Tukey's.</param>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    public static ClipOutliers Fences(double reach, params IReadOnlyList<string> columns) => Around(OutlierRule.Fences, reach, columns);

    /// <summary>Keeps the values around the mean.</summary>
    /// <param name="reach">How many standard deviations, at least 0.</param>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    public static ClipOutliers Sigmas(double reach, params IReadOnlyList<string> columns) => Around(OutlierRule.Sigmas, reach, columns);

    /// <inheritdoc/>
    /// <exception cref="DataException">A column is missing, is not measured, or has no finite value in the training rows.</exception>
    public async Task<IDataTransformer> FitAsync(DatasetSchema schema, Func<IAsyncEnumerable<RecordBatch>> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        var values = Columns.Select(c => (Index: schema.IndexOf(c), Values: MeasuredValues.For(schema[c]))).ToArray();
        await foreach (var batch in rows().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var (index, column) in values) column.Add(batch.Column(index));
        }

        return new Clip([.. values.Select(v => Bounds(schema[v.Index].Name, v.Values))]);
    }

    private static ClipOutliers Around(OutlierRule rule, double reach, IReadOnlyList<string> columns)
    {
        if (!(reach >= 0 && double.IsFinite(reach))) throw new ArgumentOutOfRangeException(nameof(reach), reach, "The multiple is a finite number of at least 0.");
        return new(rule, reach, reach, columns);
    }

    private ColumnBounds Bounds(string column, MeasuredValues values)
    {
        if (values.Count == 0)
            throw new DataException($"Column '{column}' has no finite value in the training rows, so there are no bounds to learn. Drop the column.") { Column = column };
        var (low, high) = Rule switch
        {
            OutlierRule.Quantiles => (values.Quantile(Lower, MidpointRounding.ToNegativeInfinity), values.Quantile(Upper, MidpointRounding.ToPositiveInfinity)),
            OutlierRule.Fences => values.Fences(Lower, Upper),
            _ => values.Sigmas(Lower, Upper),
        };
        return new(column, low, high);
    }
}
