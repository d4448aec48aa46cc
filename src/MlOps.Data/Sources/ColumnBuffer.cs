using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Collects the values of one column, up to a batch of them.</summary>
internal abstract class ColumnBuffer(ColumnType type)
{
    /// <summary>The most rows of a batch.</summary>
    public const int Rows = 8192;

    private byte[] _present = new byte[Rows / 8];

    public ColumnType Type => type;

    public int Count { get; private set; }

    /// <summary>Gets whether the batch should be handed on although it has fewer rows.</summary>
    public virtual bool IsLarge => false;

    public static ColumnBuffer Create(ColumnType type) => type switch
    {
        ColumnType.Float64 => new DoubleBuffer(),
        ColumnType.Decimal => new DecimalBuffer(),
        ColumnType.String or ColumnType.Binary => new BytesBuffer(type),
        _ => new IntegerBuffer(type),
    };

    public virtual void AddNull() => Count++;

    /// <summary>Hands the values over and starts anew.</summary>
    public IArrowArray Take()
    {
        var taken = Build(_present[..((Count + 7) / 8)]);
        _present = new byte[Rows / 8];
        Count = 0;
        return taken;
    }

    protected void MarkPresent() => Columns.Set(_present, Count++);

    protected abstract IArrowArray Build(byte[] present);
}

/// <summary>Collects values that are held as integers: Boolean, Int64, Date in days, Timestamp in microseconds.</summary>
internal sealed class IntegerBuffer(ColumnType type) : ColumnBuffer(type)
{
    private readonly long[] _values = new long[Rows];

    public void Add(long value)
    {
        _values[Count] = value;
        MarkPresent();
    }

    public override void AddNull()
    {
        _values[Count] = 0;
        base.AddNull();
    }

    protected override IArrowArray Build(byte[] present) => Columns.OfIntegers(Type, _values[..Count], present);
}

internal sealed class DoubleBuffer() : ColumnBuffer(ColumnType.Float64)
{
    private readonly double[] _values = new double[Rows];

    public void Add(double value)
    {
        _values[Count] = value;
        MarkPresent();
    }

    public override void AddNull()
    {
        _values[Count] = 0;
        base.AddNull();
    }

    protected override IArrowArray Build(byte[] present) => Columns.OfDoubles(_values[..Count], present);
}

/// <summary>Collects decimals in 10^-18.</summary>
internal sealed class DecimalBuffer() : ColumnBuffer(ColumnType.Decimal)
{
    private readonly Int128[] _values = new Int128[Rows];

    public void Add(Int128 value)
    {
        _values[Count] = value;
        MarkPresent();
    }

    public override void AddNull()
    {
        _values[Count] = 0;
        base.AddNull();
    }

    protected override IArrowArray Build(byte[] present) => Columns.OfDecimals(_values[..Count], present);
}

/// <summary>Collects text in UTF-8 or bytes.</summary>
internal sealed class BytesBuffer(ColumnType type) : ColumnBuffer(type)
{
    private const int LargeBytes = 32 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly int[] _ends = new int[Rows];
    private byte[] _bytes = new byte[Rows];
    private int _length;

    public override bool IsLarge => _length >= LargeBytes;

    public void Add(string value)
    {
        try
        {
            var room = Room(Strict.GetByteCount(value));
            _length += Strict.GetBytes(value, room);
        }
        catch (EncoderFallbackException e)
        {
            throw new DataException("The text is not valid Unicode: it holds one half of a surrogate pair. Repair it in the source.", e);
        }

        _ends[Count] = _length;
        MarkPresent();
    }

    public void Add(byte[] value)
    {
        value.CopyTo(Room(value.Length));
        _length += value.Length;
        _ends[Count] = _length;
        MarkPresent();
    }

    public override void AddNull()
    {
        _ends[Count] = _length;
        base.AddNull();
    }

    protected override IArrowArray Build(byte[] present)
    {
        var offsets = new byte[(Count + 1) * sizeof(int)];
        System.Buffer.BlockCopy(_ends, 0, offsets, sizeof(int), Count * sizeof(int));
        var built = Columns.Build(Type, Count, present, offsets, _bytes[.._length]);
        _length = 0;
        return built;
    }

    private Span<byte> Room(int size)
    {
        var needed = (long)_length + size;
        if (needed > System.Array.MaxLength) throw new DataException("The values of a few rows take more than 2 GB. Leave that column out or shorten it.");
        if (needed > _bytes.Length) System.Array.Resize(ref _bytes, (int)Math.Min(System.Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
        return _bytes.AsSpan(_length);
    }
}
