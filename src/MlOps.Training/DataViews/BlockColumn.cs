using System.Data.SqlTypes;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Microsoft.ML.Data;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Training;

/// <summary>One column of a block.</summary>
internal abstract class BlockColumn(string name)
{
    public string Name => name;

    /// <summary>Makes the column that converts a type of a dataset to a type of ML.NET. The blocks of a reader share the decoder of a column.</summary>
    public static BlockColumn Create(Column column, DataViewType type, TextDecoder? decoder) => type switch
    {
        BooleanDataViewType => new BooleanColumn(column.Name),
        NumberDataViewType when type == NumberDataViewType.Int64 => new Int64Column(column.Name),
        NumberDataViewType when type == NumberDataViewType.Double => new DoubleColumn(column.Name),
        NumberDataViewType => new SingleColumn(column.Name),
        TextDataViewType => new TextColumn(column.Name, decoder!),
        _ => new DateTimeColumn(column.Name),
    };

    /// <summary>Converts rows of an array.</summary>
    public abstract void Fill(IArrowArray array, int offset, int rows, long firstRow, string source);

    private protected DataException Fault(string source, long row, string what, string advice) =>
        new($"Row {row + 1} of '{source}': column '{name}' {what}. {advice}") { DataSource = source, Row = row + 1, Column = name };

    private protected DataException WrongType(string source, IArrowArray array) =>
        new($"The rows of '{source}' hold column '{name}' as {array.Data.DataType.Name}, which its schema does not say.") { DataSource = source, Column = name };
}

/// <summary>One column of a block with its values.</summary>
internal abstract class BlockColumn<T>(string name) : BlockColumn(name)
{
    /// <summary>Gets the values; more than there are rows, perhaps.</summary>
    public T[] Values { get; private set; } = [];

    public override void Fill(IArrowArray array, int offset, int rows, long firstRow, string source)
    {
        if (Values.Length < rows) Values = new T[rows];
        Convert(array, offset, Values.AsSpan(0, rows), firstRow, source);
    }

    protected abstract void Convert(IArrowArray array, int offset, Span<T> values, long firstRow, string source);
}

/// <summary>Numbers as Single; missing is NaN.</summary>
internal sealed class SingleColumn(string name) : BlockColumn<float>(name)
{
    protected override void Convert(IArrowArray array, int offset, Span<float> values, long firstRow, string source)
    {
        switch (array)
        {
            case Int64Array integers:
                var longs = integers.Values.Slice(offset, values.Length);
                for (var i = 0; i < values.Length; i++) values[i] = longs[i];
                break;
            case DoubleArray fractions:
                var doubles = fractions.Values.Slice(offset, values.Length);
                for (var i = 0; i < values.Length; i++) values[i] = (float)doubles[i];
                break;
            case Decimal128Array decimals:
                for (var i = 0; i < values.Length; i++) values[i] = (float)Decimals.Read(decimals, offset + i);
                break;
            default:
                throw WrongType(source, array);
        }

        if (array.NullCount == 0) return;
        for (var i = 0; i < values.Length; i++)
        {
            if (array.IsNull(offset + i)) values[i] = float.NaN;
        }
    }
}

/// <summary>Fractions as Double; missing is NaN.</summary>
internal sealed class DoubleColumn(string name) : BlockColumn<double>(name)
{
    protected override void Convert(IArrowArray array, int offset, Span<double> values, long firstRow, string source)
    {
        switch (array)
        {
            case DoubleArray fractions:
                fractions.Values.Slice(offset, values.Length).CopyTo(values);
                break;
            case Decimal128Array decimals:
                for (var i = 0; i < values.Length; i++) values[i] = Decimals.Read(decimals, offset + i);
                break;
            default:
                throw WrongType(source, array);
        }

        if (array.NullCount == 0) return;
        for (var i = 0; i < values.Length; i++)
        {
            if (array.IsNull(offset + i)) values[i] = double.NaN;
        }
    }
}

/// <summary>Integers as they are; missing is an error.</summary>
internal sealed class Int64Column(string name) : BlockColumn<long>(name)
{
    protected override void Convert(IArrowArray array, int offset, Span<long> values, long firstRow, string source)
    {
        if (array is not Int64Array integers) throw WrongType(source, array);
        integers.Values.Slice(offset, values.Length).CopyTo(values);
        if (array.NullCount == 0) return;
        for (var i = 0; i < values.Length; i++)
        {
            if (array.IsNull(offset + i)) throw Fault(source, firstRow + i, "has no value, and an exact integer cannot be missing", "Impute it, or drop the row.");
        }
    }
}

/// <summary>Truth values, or numbers 0 and 1 as such; missing is an error.</summary>
internal sealed class BooleanColumn(string name) : BlockColumn<bool>(name)
{
    protected override void Convert(IArrowArray array, int offset, Span<bool> values, long firstRow, string source)
    {
        if (array.NullCount > 0)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (array.IsNull(offset + i)) throw Fault(source, firstRow + i, "has no value, and ML.NET's Boolean cannot be missing", "Impute it, drop the row, or cast the column to a number.");
            }
        }

        switch (array)
        {
            case BooleanArray booleans:
                var bits = booleans.ValueBuffer.Span;
                var first = array.Offset + offset;
                for (var i = 0; i < values.Length; i++) values[i] = BitUtility.GetBit(bits, first + i);
                break;
            case Int64Array integers:
                for (var i = 0; i < values.Length; i++) values[i] = IsOne(integers.Values[offset + i], firstRow + i, source);
                break;
            case DoubleArray fractions:
                for (var i = 0; i < values.Length; i++) values[i] = IsOne(fractions.Values[offset + i], firstRow + i, source);
                break;
            case Decimal128Array decimals:
                for (var i = 0; i < values.Length; i++) values[i] = IsOne(Decimals.Read(decimals, offset + i), firstRow + i, source);
                break;
            default:
                throw WrongType(source, array);
        }
    }

    private bool IsOne(double value, long row, string source) => value switch
    {
        1 => true,
        0 => false,
        _ => throw Fault(source, row, "is neither 0 nor 1, as the label of a binary classification must be", "Cast it to Boolean in a stage before."),
    };
}

/// <summary>Days and moments as DateTime in UTC; missing is the default value.</summary>
internal sealed class DateTimeColumn(string name) : BlockColumn<DateTime>(name)
{
    protected override void Convert(IArrowArray array, int offset, Span<DateTime> values, long firstRow, string source)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var ticks = array switch
            {
                _ when array.IsNull(offset + i) => -DateTime.UnixEpoch.Ticks,
                TimestampArray moments => checked(moments.Values[offset + i] * TimeSpan.TicksPerMicrosecond),
                Date32Array days => days.Values[offset + i] * TimeSpan.TicksPerDay,
                _ => throw WrongType(source, array),
            };
            if ((ulong)(ticks + DateTime.UnixEpoch.Ticks) > (ulong)DateTime.MaxValue.Ticks)
                throw Fault(source, firstRow + i, "lies outside the years 1 to 9999, which ML.NET's DateTime holds", "Drop the row or replace the value.");
            values[i] = DateTime.UnixEpoch.AddTicks(ticks);
        }
    }
}

/// <summary>Text; missing is empty.</summary>
internal sealed class TextColumn(string name, TextDecoder decoder) : BlockColumn<ReadOnlyMemory<char>>(name)
{
    protected override void Convert(IArrowArray array, int offset, Span<ReadOnlyMemory<char>> values, long firstRow, string source)
    {
        if (array is not StringArray texts) throw WrongType(source, array);
        var bytes = texts.Values;
        var ends = texts.ValueOffsets.Slice(offset, values.Length + 1);
        var mayMiss = array.NullCount > 0;
        for (var i = 0; i < values.Length; i++)
            values[i] = mayMiss && array.IsNull(offset + i) ? default : decoder.Decode(bytes[ends[i]..ends[i + 1]]);
    }
}

/// <summary>Reads decimals of 18 digits after the point.</summary>
internal static class Decimals
{
    private const double Scale = 1e18;

    public static double Read(Decimal128Array array, int index) =>
        array.IsNull(index) ? double.NaN : (double)MemoryMarshal.Read<Int128>(array.ValueBuffer.Span.Slice((array.Offset + index) * 16, 16)) / Scale;

    /// <summary>Gives the decimal that people wrote, when it is the one that the fraction stands for, as serving does.</summary>
    public static SqlDecimal FromDouble(double value)
    {
        var scaled = Math.Abs(value) < 7e10 && (double)(decimal)value == value ? (Int128)((decimal)value * 1_000_000_000_000_000_000m) : (Int128)Math.Round(value * Scale);
        var magnitude = (UInt128)Int128.Abs(scaled);
        return new(38, 18, scaled >= 0, (int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), (int)(uint)(magnitude >> 96));
    }
}
