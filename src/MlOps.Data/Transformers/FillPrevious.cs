using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Puts the last value seen before in the place of missing values: null, and NaN in a Float64 column.</summary>
/// <param name="Fills">The columns and what stands in before the first value of a pass; for a fitted step, the last training value.</param>
/// <param name="Indicator">Whether a Boolean column <c>{column}_missing</c> is added for each column, true where the value was missing.</param>
/// <remarks>
/// Over a dataset the previous value is the one of the rows before, in their order. In a request the rows stand for themselves, and every missing value becomes the last
/// training value. That is a difference between training and serving: use it where neighbouring rows belong together, as in measurements over time.
/// Without a fitted value, as before the split, leading missing values stay missing.
/// </remarks>
[method: JsonConstructor]
public sealed record FillPrevious(IReadOnlyList<ColumnFill> Fills, bool Indicator = false) : IOrderedTransformer
{
    /// <summary>Fills columns from nothing but the rows before.</summary>
    /// <param name="columns">The columns.</param>
    public FillPrevious(params IReadOnlyList<string> columns)
        : this([.. columns.Select(c => new ColumnFill(c, null))])
    {
    }

    /// <inheritdoc/>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var (name, value) in Fills)
        {
            var column = input[name];
            value?.RequireFor(name, column.Type);
        }

        return MissingIndicator.AddTo(input, Indicator ? Fills.Select(f => f.Column) : []);
    }

    /// <inheritdoc/>
    public RecordBatch Apply(RecordBatch batch) => new FillMissing(Fills, Indicator).Apply(batch);

    /// <inheritdoc/>
    public Func<RecordBatch, RecordBatch> BeginPass()
    {
        var last = Fills.ToArray();
        return batch =>
        {
            var filled = batch;
            var indicators = new List<(string, IArrowArray)>();
            for (var i = 0; i < last.Length; i++)
            {
                var index = Batches.IndexOf(batch, last[i].Column);
                var (column, missing) = Fill(batch.Column(index), ref last[i]);
                if (Indicator) indicators.Add((MissingIndicator.Name(last[i].Column), missing));
                filled = Batches.With(filled, index, column);
            }

            return Batches.Append(filled, indicators);
        };
    }

    private static (IArrowArray Filled, IArrowArray Missing) Fill(IArrowArray column, ref ColumnFill last)
    {
        var present = Columns.Present(column);
        var missing = Columns.OfMissing(present, column.Length);
        var before = last;
        var previous = -1;
        var rows = new int[column.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            if (Columns.IsSet(present, row)) previous = row;
            rows[row] = previous < 0 ? row : previous; // what is missing before the first value is filled below
        }

        if (previous >= 0) last = last with { Value = DataValue.At(column, previous) };
        return (present is null ? column : FillMissing.Fill(Columns.Take(column, rows), before), missing);
    }
}
