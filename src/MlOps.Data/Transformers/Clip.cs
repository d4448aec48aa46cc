using System.Numerics;
using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>The bounds of a column.</summary>
/// <param name="Column">The column: numbers, days or moments.</param>
/// <param name="Minimum">The least value that stays; null for no bound.</param>
/// <param name="Maximum">The greatest value that stays; null for no bound.</param>
public sealed record ColumnBounds(string Column, DataValue? Minimum, DataValue? Maximum);

/// <summary>Moves values that lie outside of bounds onto the bound. Missing values and NaN stay; infinities are moved.</summary>
/// <param name="Bounds">The bounds.</param>
[method: JsonConstructor]
public sealed record Clip(IReadOnlyList<ColumnBounds> Bounds) : IDataTransformer
{
    /// <summary>Bounds one column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="minimum">The least value that stays; null for no bound.</param>
    /// <param name="maximum">The greatest value that stays; null for no bound.</param>
    public Clip(string column, DataValue? minimum, DataValue? maximum)
        : this([new(column, minimum, maximum)])
    {
    }

    /// <inheritdoc/>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var bounds in Bounds) Require(bounds, input[bounds.Column].Type);
        return input;
    }

    /// <inheritdoc/>
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var bounds in Bounds)
        {
            var index = Batches.IndexOf(batch, bounds.Column);
            var column = batch.Column(index);
            var type = ColumnTypes.TypeOf(column);
            Require(bounds, type);
            var valid = Columns.Valid(column);
            batch = Batches.With(batch, index, type switch
            {
                ColumnType.Float64 => Columns.OfDoubles(Bound(Columns.Doubles(column), bounds, v => v.Double()), valid),
                ColumnType.Decimal => Columns.OfDecimals(Bound(Columns.Decimals(column), bounds, v => v.Decimal()), valid),
                _ => Columns.OfIntegers(type, Bound(Columns.Integers(column), bounds, v => v.Integer(type)), valid),
            });
        }

        return batch;
    }

    private static void Require(ColumnBounds bounds, ColumnType type)
    {
        if (!type.IsMeasured()) throw new DataException($"Column '{bounds.Column}' is {type}, which has no bounds. Clip numbers, days or moments.") { Column = bounds.Column };
        bounds.Minimum?.RequireFor(bounds.Column, type);
        bounds.Maximum?.RequireFor(bounds.Column, type);
    }

    private static T[] Bound<T>(ReadOnlySpan<T> column, ColumnBounds bounds, Func<DataValue, T> read)
        where T : unmanaged, INumber<T>
    {
        var result = column.ToArray();
        if (bounds.Minimum is { } minimum)
        {
            var least = read(minimum);
            foreach (ref var value in result.AsSpan())
            {
                if (value < least) value = least;
            }
        }

        if (bounds.Maximum is { } maximum)
        {
            var greatest = read(maximum);
            foreach (ref var value in result.AsSpan())
            {
                if (value > greatest) value = greatest;
            }
        }

        return result;
    }
}
