using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>One column of the row that ML.NET reads.</summary>
internal abstract class InputSlot
{
    /// <summary>Gets the <see cref="ValueGetter{TValue}"/> of the column.</summary>
    public abstract Delegate Getter { get; }

    /// <summary>Takes the values of a request, in the form that <see cref="InputCheck"/> describes; null when the column was left out.</summary>
    /// <exception cref="ModelInputException">A value is missing or too large for the type of the model's column.</exception>
    public abstract void Bind(Tensor? tensor);

    /// <summary>Shows the value of a row.</summary>
    public abstract void Move(int row);

    /// <summary>Makes the slot that turns a type of column into a type of ML.NET; null when there is no way from the one to the other.</summary>
    public static InputSlot? Create(Column column, DataViewType type) => (column.Type, type.RawType) switch
    {
        (ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal, var raw) when raw == typeof(float) => new SingleSlot(),
        (ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal, var raw) when raw == typeof(double) => new DoubleSlot(),
        (_, _) when type is KeyDataViewType => null,
        (ColumnType.Int64, var raw) when raw == typeof(long) => new IntegerSlot<long>(),
        (ColumnType.Int64, var raw) when raw == typeof(int) => new IntegerSlot<int>(),
        (ColumnType.Int64, var raw) when raw == typeof(short) => new IntegerSlot<short>(),
        (ColumnType.Int64, var raw) when raw == typeof(sbyte) => new IntegerSlot<sbyte>(),
        (ColumnType.Int64, var raw) when raw == typeof(ulong) => new IntegerSlot<ulong>(),
        (ColumnType.Int64, var raw) when raw == typeof(uint) => new IntegerSlot<uint>(),
        (ColumnType.Int64, var raw) when raw == typeof(ushort) => new IntegerSlot<ushort>(),
        (ColumnType.Int64, var raw) when raw == typeof(byte) => new IntegerSlot<byte>(),
        (ColumnType.Boolean, var raw) when raw == typeof(bool) => new BooleanSlot(),
        (ColumnType.String, var raw) when raw == typeof(ReadOnlyMemory<char>) => new TextSlot(),
        (ColumnType.Date, var raw) when raw == typeof(DateTime) => new DateTimeSlot(TimeSpan.TicksPerDay),
        (ColumnType.Timestamp, var raw) when raw == typeof(DateTime) => new DateTimeSlot(TimeSpan.TicksPerMicrosecond),
        _ => null,
    };

    /// <summary>Makes a slot that always shows the default of its type: for the label and for columns that no output depends on.</summary>
    public static InputSlot CreateDefault(DataViewType type) => (InputSlot)Activator.CreateInstance(typeof(DefaultSlot<>).MakeGenericType(type.RawType))!;
}

internal abstract class InputSlot<T> : InputSlot
{
    protected InputSlot() => Getter = new ValueGetter<T>((ref T value) => value = Value!);

    public override Delegate Getter { get; }

    protected T? Value { get; set; }
}

internal sealed class DefaultSlot<T> : InputSlot<T>
{
    public override void Bind(Tensor? tensor)
    {
    }

    public override void Move(int row)
    {
    }
}

/// <summary>Numbers as Single; missing is NaN.</summary>
internal sealed class SingleSlot : InputSlot<float>
{
    private Tensor? _tensor;

    public override void Bind(Tensor? tensor) => _tensor = tensor;

    public override void Move(int row) => Value = _tensor switch
    {
        Tensor<double> t => (float)t.Values[row],
        Tensor<float> t => t.Values[row],
        Tensor<long> t => t.IsMissing(row) ? float.NaN : t.Values[row],
        _ => float.NaN,
    };
}

/// <summary>Numbers as Double; missing is NaN.</summary>
internal sealed class DoubleSlot : InputSlot<double>
{
    private Tensor? _tensor;

    public override void Bind(Tensor? tensor) => _tensor = tensor;

    public override void Move(int row) => Value = _tensor switch
    {
        Tensor<double> t => t.Values[row],
        Tensor<float> t => t.Values[row],
        Tensor<long> t => t.IsMissing(row) ? double.NaN : t.Values[row],
        _ => double.NaN,
    };
}

/// <summary>Integers as they are; none may be missing.</summary>
internal sealed class IntegerSlot<T> : InputSlot<T>
    where T : struct, IBinaryInteger<T>
{
    private long[] _values = [];

    public override void Bind(Tensor? tensor)
    {
        _values = [];
        if (tensor is null) return;
        var integers = (Tensor<long>)tensor;
        for (var i = 0; i < integers.Values.Length; i++)
        {
            if (integers.IsMissing(i)) throw Missing.Value(tensor.Name, i);
            if (Int128.CreateTruncating(T.CreateTruncating(integers.Values[i])) != integers.Values[i])
                throw new ModelInputException($"Input '{tensor.Name}', element {i}, is outside the range of {typeof(T).Name}, which the model was trained on.", tensor.Name);
        }

        _values = integers.Values;
    }

    public override void Move(int row) => Value = row < _values.Length ? T.CreateTruncating(_values[row]) : default;
}

/// <summary>Truth values; none may be missing.</summary>
internal sealed class BooleanSlot : InputSlot<bool>
{
    private bool[] _values = [];

    public override void Bind(Tensor? tensor)
    {
        _values = [];
        if (tensor is null) return;
        var truths = (Tensor<bool>)tensor;
        for (var i = 0; truths.Missing is not null && i < truths.Values.Length; i++)
        {
            if (truths.IsMissing(i)) throw Missing.Value(tensor.Name, i);
        }

        _values = truths.Values;
    }

    public override void Move(int row) => Value = row < _values.Length && _values[row];
}

/// <summary>Text; missing is empty.</summary>
internal sealed class TextSlot : InputSlot<ReadOnlyMemory<char>>
{
    private string?[] _values = [];

    public override void Bind(Tensor? tensor) => _values = ((Tensor<string?>?)tensor)?.Values ?? [];

    public override void Move(int row) => Value = row < _values.Length ? _values[row].AsMemory() : default;
}

/// <summary>Days and moments as DateTime in UTC; missing is 0001-01-01.</summary>
internal sealed class DateTimeSlot(long ticksPerUnit) : InputSlot<DateTime>
{
    private static readonly DateTime None = new(0, DateTimeKind.Utc);
    private Tensor<long>? _values;

    public override void Bind(Tensor? tensor)
    {
        _values = (Tensor<long>?)tensor;
        for (var i = 0; _values is not null && i < _values.Values.Length; i++)
        {
            var ticks = (Int128)_values.Values[i] * ticksPerUnit + DateTime.UnixEpoch.Ticks;
            if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
                throw new ModelInputException($"Input '{_values.Name}', element {i}, is outside the years 1 to 9999.", _values.Name);
        }
    }

    public override void Move(int row) => Value = _values is null || _values.IsMissing(row) ? None : DateTime.UnixEpoch.AddTicks(_values.Values[row] * ticksPerUnit);
}

internal static class Missing
{
    public static ModelInputException Value(string input, int element) =>
        new($"Input '{input}', element {element}, is missing, which the model cannot take for this column. Give a value, or train with a step that imputes it.", input);
}
