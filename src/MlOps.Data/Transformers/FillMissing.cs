using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>What stands in for the missing values of a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">What stands in, of the column's type; null leaves them missing.</param>
public sealed record ColumnFill(string Column, DataValue? Value);

/// <summary>Puts a constant in the place of missing values: null, and NaN in a Float64 column.</summary>
/// <param name="Fills">The constant of each column.</param>
/// <param name="Indicator">Whether a Boolean column <c>{column}_missing</c> is added for each column, true where the value was missing.</param>
[method: JsonConstructor]
public sealed record FillMissing(IReadOnlyList<ColumnFill> Fills, bool Indicator = false) : IDataTransformer
{
    /// <summary>Fills one column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The constant, of the column's type.</param>
    public FillMissing(string column, DataValue value)
        : this([new(column, value)])
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
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var indicators = new List<(string, IArrowArray)>();
        foreach (var fill in Fills)
        {
            var index = Batches.IndexOf(batch, fill.Column);
            var column = batch.Column(index);
            if (Indicator) indicators.Add((MissingIndicator.Name(fill.Column), Columns.OfMissing(Columns.Present(column), batch.Length)));
            var filled = Fill(column, fill);
            if (filled != column) batch = Batches.With(batch, index, filled);
        }

        return Batches.Append(batch, indicators);
    }

    /// <summary>Fills one column; one that misses nothing is given as it is.</summary>
    internal static IArrowArray Fill(IArrowArray column, ColumnFill fill)
    {
        var present = Columns.Present(column);
        if (present is null || fill.Value is not { } value) return column;
        var type = ColumnTypes.TypeOf(column);
        value.RequireFor(fill.Column, type);
        switch (type)
        {
            case ColumnType.Float64:
                return Columns.OfDoubles(Fill(Columns.Doubles(column), present, value.Double()), null);
            case ColumnType.Decimal:
                return Columns.OfDecimals(Fill(Columns.Decimals(column), present, value.Decimal()), null);
            case ColumnType.String or ColumnType.Binary:
                var constant = value.Bytes(type);
                var bytes = new BytesBuilder(column.Length);
                for (var row = 0; row < column.Length; row++) bytes.Add(Columns.IsSet(present, row) ? Columns.Bytes(column, row) : constant);
                return bytes.Build(type, null);
            default:
                return Columns.OfIntegers(type, Fill(Columns.Integers(column), present, value.Integer(type)), null);
        }
    }

    private static T[] Fill<T>(ReadOnlySpan<T> column, byte[] present, T value)
    {
        var filled = column.ToArray();
        for (var row = 0; row < filled.Length; row++)
        {
            if (!Columns.IsSet(present, row)) filled[row] = value;
        }

        return filled;
    }
}
