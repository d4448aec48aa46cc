using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>One value that stands in the place of another.</summary>
/// <param name="From">The value that is replaced.</param>
/// <param name="To">The value that comes instead; null makes it missing.</param>
public sealed record Replacement(DataValue From, DataValue? To);

/// <summary>Replaces values of a column by others. What is not listed stays, and so does what is missing.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The replacements; a replaced value is not replaced again. When a value is listed twice, the first counts.</param>
[method: JsonConstructor]
public sealed record ReplaceValues(string Column, params IReadOnlyList<Replacement> Values) : IDataTransformer
{
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
        var index = Batches.IndexOf(batch, Column);
        var column = batch.Column(index);
        var type = ColumnTypes.TypeOf(column);
        Require(type);
        var present = Columns.Present(column) ?? Columns.AllSet(column.Length);
        return Batches.With(batch, index, type switch
        {
            ColumnType.Float64 => Columns.OfDoubles(Replace(Columns.Doubles(column), present, v => v.Double()), present),
            ColumnType.Decimal => Columns.OfDecimals(Replace(Columns.Decimals(column), present, v => v.Decimal()), present),
            ColumnType.String or ColumnType.Binary => Replace(column, type, present),
            _ => Columns.OfIntegers(type, Replace(Columns.Integers(column), present, v => v.Integer(type)), present),
        });
    }

    private void Require(ColumnType type)
    {
        foreach (var (from, to) in Values)
        {
            from.RequireFor(Column, type);
            to?.RequireFor(Column, type);
        }
    }

    private T[] Replace<T>(ReadOnlySpan<T> column, byte[] present, Func<DataValue, T> read)
        where T : unmanaged, IEquatable<T>
    {
        var from = new T[Values.Count];
        var to = new T[Values.Count];
        for (var i = 0; i < from.Length; i++) (from[i], to[i]) = (read(Values[i].From), Values[i].To is { } value ? read(value) : default);
        var result = column.ToArray();
        for (var row = 0; row < result.Length; row++)
        {
            if (!Columns.IsSet(present, row)) continue;
            var i = from.AsSpan().IndexOf(result[row]);
            if (i < 0) continue;
            result[row] = to[i];
            if (Values[i].To is null) Columns.Clear(present, row);
        }

        return result;
    }

    private IArrowArray Replace(IArrowArray column, ColumnType type, byte[] present)
    {
        var from = Values.Select(v => v.From.Bytes(type)).ToArray();
        var to = Values.Select(v => v.To?.Bytes(type)).ToArray();
        var result = new BytesBuilder(column.Length);
        for (var row = 0; row < column.Length; row++)
        {
            var value = Columns.Bytes(column, row);
            for (var i = 0; i < from.Length && Columns.IsSet(present, row); i++)
            {
                if (!value.SequenceEqual(from[i])) continue;
                if (to[i] is null) Columns.Clear(present, row);
                value = to[i];
                break;
            }

            result.Add(value);
        }

        return result.Build(type, present);
    }
}
