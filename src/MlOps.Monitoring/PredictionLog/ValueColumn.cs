using System.Runtime.CompilerServices;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Collects one column of the log as Arrow keeps it. What is built shares its memory, and is valid until the column is cleared.</summary>
internal abstract class ValueColumn
{
    private const int Initial = 256;
    private byte[] _validity = [];

    /// <summary>Gets how many values there are, missing ones included.</summary>
    public int Count { get; private set; }

    protected int Missing { get; private set; }

    protected ArrowBuffer Validity => Missing == 0 ? ArrowBuffer.Empty : new(_validity.AsMemory(0, (Count + 7) / 8));

    public static (ColumnType Type, ValueColumn Column) Create(TensorType type) => type switch
    {
        TensorType.Bool => (ColumnType.Boolean, new FlagColumn()),
        TensorType.Int64 => (ColumnType.Int64, new WordColumn(WordColumn.Integers)),
        TensorType.Float32 => (ColumnType.Float64, new SingleColumn()),
        TensorType.Float64 => (ColumnType.Float64, new WordColumn(WordColumn.Fractions)),
        _ => (ColumnType.String, new TextColumn()),
    };

    /// <summary>Takes the next value of a record.</summary>
    public abstract void Read(ref RecordReader reader);

    /// <summary>Passes over the next value of a record, which stands for none.</summary>
    public abstract void ReadMissing(ref RecordReader reader);

    /// <summary>Adds a value that is missing.</summary>
    public abstract void AddMissing();

    /// <summary>Gives what was added so far; more can be added afterwards.</summary>
    public abstract IArrowArray Build();

    public virtual void Clear() => (Count, Missing) = (0, 0);

    protected static byte[] Grow(byte[] bytes, int length)
    {
        if (bytes.Length < length) System.Array.Resize(ref bytes, (int)Math.Min(Math.Max(length, Math.Max(Initial, 2L * bytes.Length)), System.Array.MaxLength));
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void Added(bool isMissing)
    {
        // No bits are kept as long as nothing is missing.
        if (Missing > 0 || isMissing) Mark(isMissing);
        Count++;
    }

    private void Mark(bool isMissing)
    {
        _validity = Grow(_validity, (Count / 8) + 1);
        if (Missing == 0) _validity.AsSpan(0, (Count / 8) + 1).Fill(byte.MaxValue);
        var bit = (byte)(1 << (Count & 7));
        if (isMissing)
        {
            _validity[Count / 8] &= (byte)~bit;
            Missing++;
        }
        else
        {
            _validity[Count / 8] |= bit;
        }
    }
}

internal sealed class FlagColumn : ValueColumn
{
    private byte[] _values = [];

    public override void Read(ref RecordReader reader)
    {
        var value = reader.Byte() != 0;
        _values = Grow(_values, (Count / 8) + 1);
        var bit = (byte)(1 << (Count & 7));
        if (value) _values[Count / 8] |= bit;
        else _values[Count / 8] &= (byte)~bit;
        Added(isMissing: false);
    }

    public override void ReadMissing(ref RecordReader reader)
    {
        reader.Byte();
        AddMissing();
    }

    public override void AddMissing()
    {
        _values = Grow(_values, (Count / 8) + 1);
        Added(isMissing: true);
    }

    public override IArrowArray Build() => new BooleanArray(new ArrowBuffer(_values.AsMemory(0, (Count + 7) / 8)), Validity, Count, Missing, 0);
}

/// <summary>Values of 64 bits. A fraction that is no number is missing.</summary>
internal class WordColumn(byte kind) : ValueColumn
{
    public const byte Integers = 0, Fractions = 1, Moments = 2;
    private byte[] _values = [];

    public override void Read(ref RecordReader reader) => Add(reader.Int64());

    public override void ReadMissing(ref RecordReader reader)
    {
        reader.Int64();
        AddMissing();
    }

    public override void AddMissing() => Add(0, isMissing: true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long value) => Add(value, kind == Fractions && double.IsNaN(BitConverter.Int64BitsToDouble(value)));

    public override IArrowArray Build()
    {
        var values = new ArrowBuffer(_values.AsMemory(0, Count * 8));
        return kind switch
        {
            Integers => new Int64Array(values, Validity, Count, Missing, 0),
            Fractions => new DoubleArray(values, Validity, Count, Missing, 0),
            _ => new TimestampArray((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp), values, Validity, Count, Missing, 0),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(long value, bool isMissing)
    {
        var end = (Count + 1) * 8;
        if (_values.Length < end) _values = Grow(_values, end);
        Unsafe.WriteUnaligned(ref _values[end - 8], value);
        Added(isMissing);
    }
}

/// <summary>Fractions that come in 32 bits and are kept in 64.</summary>
internal sealed class SingleColumn() : WordColumn(Fractions)
{
    public override void Read(ref RecordReader reader) => Add(BitConverter.DoubleToInt64Bits(reader.Single()));

    public override void ReadMissing(ref RecordReader reader)
    {
        reader.Single();
        AddMissing();
    }
}

internal sealed class TextColumn : ValueColumn
{
    private byte[] _offsets = new byte[4];
    private byte[] _bytes = [];
    private int _length;

    public override void Read(ref RecordReader reader)
    {
        var utf8 = reader.Utf8(out var isMissing);
        if (isMissing) AddMissing();
        else Add(utf8);
    }

    public override void ReadMissing(ref RecordReader reader)
    {
        reader.Utf8(out _);
        AddMissing();
    }

    public void Add(string? text)
    {
        if (text is null) AddMissing();
        else Add(Encoding.UTF8.GetBytes(text));
    }

    public void Add(ReadOnlySpan<byte> utf8)
    {
        Append(utf8);
        Close(isMissing: false);
    }

    /// <summary>Adds text that consists of two parts.</summary>
    public void Add(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Append(first);
        Append(second);
        Close(isMissing: false);
    }

    public override void AddMissing() => Close(isMissing: true);

    public override IArrowArray Build() => new StringArray(Count, new ArrowBuffer(_offsets.AsMemory(0, (Count + 1) * 4)), new ArrowBuffer(_bytes.AsMemory(0, _length)), Validity, Missing, 0);

    public override void Clear()
    {
        base.Clear();
        _length = 0;
    }

    private void Append(ReadOnlySpan<byte> utf8)
    {
        var end = checked(_length + utf8.Length);
        if (_bytes.Length < end) _bytes = Grow(_bytes, end);
        utf8.CopyTo(_bytes.AsSpan(_length));
        _length = end;
    }

    private void Close(bool isMissing)
    {
        var end = (Count + 2) * 4;
        if (_offsets.Length < end) _offsets = Grow(_offsets, end);
        Unsafe.WriteUnaligned(ref _offsets[end - 4], _length);
        Added(isMissing);
    }
}
