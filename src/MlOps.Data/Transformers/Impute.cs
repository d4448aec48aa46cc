using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>What stands in for a missing value.</summary>
public enum ImputeStrategy
{
    /// <summary>The mean of the training values that are there and finite, rounded (half to even) to what the column's type can hold.</summary>
    Mean,

    /// <summary>The median of the training values that are there and finite, exact, rounded to what the column's type can hold. Needs 8 bytes of memory a row and column, 16 for Decimal.</summary>
    Median,

    /// <summary>The most frequent training value; of several the smallest, texts by their UTF-8 bytes. Needs memory for the distinct values.</summary>
    MostFrequent,

    /// <summary>The last value seen before in the order of the dataset; see <see cref="FillPrevious"/>.</summary>
    Previous,
}

/// <summary>Learns from the training rows what stands in for missing values: null, and NaN in a Float64 column.</summary>
/// <param name="Strategy">What stands in.</param>
/// <param name="Columns">The columns, which are learned in one pass. Mean and median want numbers, days or moments; the others take any type.</param>
/// <example><code>split.Prepare(Impute.Median("age", "fare") with { Indicator = true }, Impute.MostFrequent("port"))</code></example>
public sealed record Impute(ImputeStrategy Strategy, params IReadOnlyList<string> Columns) : IDataEstimator
{
    /// <summary>Gets whether a Boolean column <c>{column}_missing</c> is added for each column, true where the value was missing.</summary>
    /// <value>The default is false.</value>
    public bool Indicator { get; init; }

    /// <summary>Gets what stands in when the training rows have no value at all.</summary>
    /// <value>The default is null: such a column is an error.</value>
    public DataValue? WhenAllMissing { get; init; }

    /// <summary>Puts a constant in the place of missing values; there is nothing to learn.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The constant, of the column's type.</param>
    /// <returns>The step.</returns>
    public static FillMissing Constant(string column, DataValue value) => new(column, value);

    /// <summary>Imputes the mean.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    public static Impute Mean(params IReadOnlyList<string> columns) => new(ImputeStrategy.Mean, columns);

    /// <summary>Imputes the median.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    public static Impute Median(params IReadOnlyList<string> columns) => new(ImputeStrategy.Median, columns);

    /// <summary>Imputes the most frequent value.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    public static Impute MostFrequent(params IReadOnlyList<string> columns) => new(ImputeStrategy.MostFrequent, columns);

    /// <summary>Imputes the previous value.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>The step.</returns>
    public static Impute Previous(params IReadOnlyList<string> columns) => new(ImputeStrategy.Previous, columns);

    /// <inheritdoc/>
    /// <exception cref="DataException">A column is missing, has a type that the strategy does not take, or has no value in the training rows.</exception>
    public async Task<IDataTransformer> FitAsync(DatasetSchema schema, Func<IAsyncEnumerable<RecordBatch>> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        var learners = Columns.Select(c => (Index: schema.IndexOf(c), Learner: ColumnLearner.For(Strategy, schema[c]))).ToArray();
        await foreach (var batch in rows().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var (index, learner) in learners) learner.Add(batch.Column(index));
        }

        ColumnFill[] fills = [.. learners.Select(l => new ColumnFill(schema[l.Index].Name, l.Learner.Learned() ?? Fallback(schema[l.Index].Name)))];
        IDataTransformer fitted = Strategy == ImputeStrategy.Previous ? new FillPrevious(fills, Indicator) : new FillMissing(fills, Indicator);
        fitted.GetOutputSchema(schema);
        return fitted;
    }

    private DataValue Fallback(string column) => WhenAllMissing
        ?? throw new DataException(
            $"Column '{column}' has no usable value in the training rows, so there is no {Strategy} to learn. Drop the column, set {nameof(WhenAllMissing)} or impute a constant.")
        {
            Column = column,
        };
}
