using System.Numerics;
using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>What a value must be for its row to be kept.</summary>
public enum RowCondition
{
    /// <summary>Equal to the value.</summary>
    Equal,

    /// <summary>There, and not equal to the value.</summary>
    NotEqual,

    /// <summary>Less than the value.</summary>
    Less,

    /// <summary>Less than or equal to the value.</summary>
    AtMost,

    /// <summary>Greater than the value.</summary>
    Greater,

    /// <summary>Greater than or equal to the value.</summary>
    AtLeast,

    /// <summary>One of the values.</summary>
    In,

    /// <summary>There, and none of the values.</summary>
    NotIn,

    /// <summary>Missing.</summary>
    Missing,

    /// <summary>There.</summary>
    NotMissing,
}

/// <summary>Keeps the rows whose value in one column meets a condition, in their order.</summary>
/// <param name="Column">The column.</param>
/// <param name="Condition">The condition. A missing value, and NaN, meets <see cref="RowCondition.Missing"/> and no other.</param>
/// <param name="Values">
/// The value to compare with, several for <see cref="RowCondition.In"/> and <see cref="RowCondition.NotIn"/>, none for the conditions about missing values.
/// Texts are compared by their UTF-8 bytes, false comes before true.
/// </param>
[method: JsonConstructor]
public sealed record FilterRows(string Column, RowCondition Condition, params IReadOnlyList<DataValue> Values) : IDataTransformer
{
    /// <summary>Gets whether every row comes out: no.</summary>
    public bool KeepsRows => false;

    /// <inheritdoc/>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Require(input[Column].Type);
        return input;
    }

    /// <inheritdoc/>
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var column = batch.Column(Batches.IndexOf(batch, Column));
        var type = ColumnTypes.TypeOf(column);
        Require(type);
        var present = Columns.Present(column);
        var rows = new int[batch.Length];
        var count = Condition is RowCondition.Missing or RowCondition.NotMissing
            ? Select(present, rows)
            : type switch
            {
                ColumnType.Float64 => Select(Columns.Doubles(column), [.. Values.Select(v => v.Double())], present, rows),
                ColumnType.Decimal => Select(Columns.Decimals(column), [.. Values.Select(v => v.Decimal())], present, rows),
                ColumnType.String or ColumnType.Binary => Select(column, [.. Values.Select(v => v.Bytes(type))], present, rows),
                _ => Select(Columns.Integers(column), [.. Values.Select(v => v.Integer(type))], present, rows),
            };
        return Batches.Take(batch, rows.AsSpan(0, count));
    }

    private void Require(ColumnType type)
    {
        var wanted = Condition switch
        {
            RowCondition.Missing or RowCondition.NotMissing => Values.Count == 0,
            RowCondition.In or RowCondition.NotIn => Values.Count > 0,
            _ => Values.Count == 1,
        };
        if (!wanted) throw new DataException($"The filter on column '{Column}' has {Values.Count} values, which is not what {Condition} compares with.") { Column = Column };
        foreach (var value in Values) value.RequireFor(Column, type);
    }

    private int Select(byte[]? present, int[] rows)
    {
        var count = 0;
        for (var row = 0; row < rows.Length; row++)
        {
            if (Columns.IsSet(present, row) == (Condition == RowCondition.NotMissing)) rows[count++] = row;
        }

        return count;
    }

    private int Select<T>(ReadOnlySpan<T> column, T[] values, byte[]? present, int[] rows)
        where T : unmanaged, IComparisonOperators<T, T, bool>, IEquatable<T>
    {
        var count = 0;
        for (var row = 0; row < column.Length; row++)
        {
            if (!Columns.IsSet(present, row)) continue;
            var value = column[row];
            var keep = Condition switch
            {
                RowCondition.Equal => value == values[0],
                RowCondition.NotEqual => value != values[0],
                RowCondition.Less => value < values[0],
                RowCondition.AtMost => value <= values[0],
                RowCondition.Greater => value > values[0],
                RowCondition.AtLeast => value >= values[0],
                RowCondition.In => values.AsSpan().Contains(value),
                _ => !values.AsSpan().Contains(value),
            };
            if (keep) rows[count++] = row;
        }

        return count;
    }

    private int Select(IArrowArray column, byte[][] values, byte[]? present, int[] rows)
    {
        var count = 0;
        for (var row = 0; row < rows.Length; row++)
        {
            if (!Columns.IsSet(present, row)) continue;
            var value = Columns.Bytes(column, row);
            var keep = Condition switch
            {
                RowCondition.Equal or RowCondition.In => Contains(values, value),
                RowCondition.NotEqual or RowCondition.NotIn => !Contains(values, value),
                RowCondition.Less => value.SequenceCompareTo(values[0]) < 0,
                RowCondition.AtMost => value.SequenceCompareTo(values[0]) <= 0,
                RowCondition.Greater => value.SequenceCompareTo(values[0]) > 0,
                _ => value.SequenceCompareTo(values[0]) >= 0,
            };
            if (keep) rows[count++] = row;
        }

        return count;
    }

    private static bool Contains(byte[][] values, ReadOnlySpan<byte> value)
    {
        foreach (var candidate in values)
        {
            if (value.SequenceEqual(candidate)) return true;
        }

        return false;
    }
}
