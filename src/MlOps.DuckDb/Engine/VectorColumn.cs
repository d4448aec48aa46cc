using System.Buffers.Text;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Collects one column of a result from the engine's vectors, without an object for any value.</summary>
internal abstract unsafe class VectorColumn(IArrowType type)
{
    public IArrowType Type { get; } = type;

    /// <summary>Gets how many bytes of text have been collected.</summary>
    public virtual int ByteCount => 0;

    public abstract void Append(void* values, ulong* present, int count);

    public abstract ArrayData Take();

    /// <summary>Makes the column for one of the engine's types.</summary>
    /// <exception cref="DataException">The type cannot travel.</exception>
    public static VectorColumn Create(string name, DuckDBLogicalType logical)
    {
        var type = NativeMethods.LogicalType.DuckDBGetTypeId(logical);
        return type switch
        {
            DuckDBType.Boolean => new BooleanColumn(),
            DuckDBType.TinyInt => new FixedColumn<sbyte>(Int8Type.Default),
            DuckDBType.SmallInt => new FixedColumn<short>(Int16Type.Default),
            DuckDBType.Integer => new FixedColumn<int>(Int32Type.Default),
            DuckDBType.BigInt => new FixedColumn<long>(Int64Type.Default),
            DuckDBType.UnsignedTinyInt => new FixedColumn<byte>(UInt8Type.Default),
            DuckDBType.UnsignedSmallInt => new FixedColumn<ushort>(UInt16Type.Default),
            DuckDBType.UnsignedInteger => new FixedColumn<uint>(UInt32Type.Default),
            DuckDBType.UnsignedBigInt => new FixedColumn<ulong>(UInt64Type.Default),
            DuckDBType.HugeInt => new ConvertedColumn<Int128, long>(Int64Type.Default, value => ToInt64(value, name)),
            DuckDBType.UnsignedHugeInt => new ConvertedColumn<UInt128, long>(Int64Type.Default, value => ToInt64(value, name)),
            DuckDBType.Float => new FixedColumn<float>(FloatType.Default),
            DuckDBType.Double => new FixedColumn<double>(DoubleType.Default),
            DuckDBType.Date => new FixedColumn<int>(Date32Type.Default),
            DuckDBType.Time => new FixedColumn<long>(new Time64Type(TimeUnit.Microsecond)),
            DuckDBType.TimestampS => new FixedColumn<long>(new TimestampType(TimeUnit.Second, (string?)null)),
            DuckDBType.TimestampMs => new FixedColumn<long>(new TimestampType(TimeUnit.Millisecond, (string?)null)),
            DuckDBType.Timestamp => new FixedColumn<long>(new TimestampType(TimeUnit.Microsecond, (string?)null)),
            DuckDBType.TimestampNs => new FixedColumn<long>(new TimestampType(TimeUnit.Nanosecond, (string?)null)),
            DuckDBType.TimestampTz => new FixedColumn<long>(new TimestampType(TimeUnit.Microsecond, "UTC")),
            DuckDBType.Decimal => CreateDecimal(logical),
            DuckDBType.Varchar => new BytesColumn(StringType.Default),
            DuckDBType.Blob => new BytesColumn(BinaryType.Default),
            DuckDBType.Uuid => new UuidColumn(),
            DuckDBType.Enum => CreateEnum(logical),
            DuckDBType.SqlNull => new FixedColumn<int>(Int32Type.Default),
            _ => throw new DataException($"Column '{name}' has the type {type}, which cannot be read as a column of a dataset. Leave it out, or turn it into plain columns with SQL.") { Column = name },
        };
    }

    private static VectorColumn CreateDecimal(DuckDBLogicalType logical)
    {
        var type = new Decimal128Type(NativeMethods.LogicalType.DuckDBDecimalWidth(logical), NativeMethods.LogicalType.DuckDBDecimalScale(logical));
        return NativeMethods.LogicalType.DuckDBDecimalInternalType(logical) switch
        {
            DuckDBType.SmallInt => new ConvertedColumn<short, Int128>(type, static value => value),
            DuckDBType.Integer => new ConvertedColumn<int, Int128>(type, static value => value),
            DuckDBType.BigInt => new ConvertedColumn<long, Int128>(type, static value => value),
            _ => new FixedColumn<Int128>(type),
        };
    }

    private static VectorColumn CreateEnum(DuckDBLogicalType logical)
    {
        var texts = new byte[NativeMethods.LogicalType.DuckDBEnumDictionarySize(logical)][];
        for (var i = 0; i < texts.Length; i++) texts[i] = Encoding.UTF8.GetBytes(NativeMethods.LogicalType.DuckDBEnumDictionaryValue(logical, i));
        return NativeMethods.LogicalType.DuckDBEnumInternalType(logical) switch
        {
            DuckDBType.UnsignedTinyInt => new EnumColumn<byte>(texts, static index => index),
            DuckDBType.UnsignedSmallInt => new EnumColumn<ushort>(texts, static index => index),
            _ => new EnumColumn<uint>(texts, static index => (int)index),
        };
    }

    protected static long ToInt64<T>(T value, string column)
        where T : System.Numerics.IBinaryInteger<T>
    {
        try
        {
            return long.CreateChecked(value);
        }
        catch (OverflowException)
        {
            throw new DataException($"Column '{column}' holds an integer of more than 64 bits. Cast it to DOUBLE or DECIMAL in the query.") { Column = column };
        }
    }

    private static bool IsPresent(ulong* present, int row) => present is null || (present[row >> 6] >> (row & 63) & 1) != 0;

    private sealed class FixedColumn<T>(IArrowType type) : VectorColumn(type)
        where T : unmanaged
    {
        private readonly FixedBuffer<T> _values = new();

        public override void Append(void* values, ulong* present, int count) => _values.AddRange(new ReadOnlySpan<T>(values, count), present);

        public override ArrayData Take() => _values.Take(Type);
    }

    protected internal sealed class ConvertedColumn<TSource, T>(IArrowType type, Func<TSource, T> convert) : VectorColumn(type)
        where TSource : unmanaged
        where T : unmanaged
    {
        private readonly FixedBuffer<T> _values = new();

        public override void Append(void* values, ulong* present, int count) => _values.AddRange(new ReadOnlySpan<TSource>(values, count), present, convert);

        public override ArrayData Take() => _values.Take(Type);
    }

    private sealed class BooleanColumn() : VectorColumn(BooleanType.Default)
    {
        private readonly BitBuffer _values = new();
        private readonly BitBuffer _present = new();

        public override void Append(void* values, ulong* present, int count)
        {
            var bytes = (byte*)values;
            for (var i = 0; i < count; i++) _values.Add(IsPresent(present, i) && bytes[i] != 0);
            _present.AddMask(present, count);
        }

        public override ArrayData Take()
        {
            var (length, missing) = (_values.Length, _present.UnsetCount);
            var present = _present.Take();
            return new(Type, length, missing, 0, [missing == 0 ? ArrowBuffer.Empty : present, _values.Take()]);
        }
    }

    private sealed class BytesColumn(IArrowType type) : VectorColumn(type)
    {
        private readonly BytesBuffer _values = new();

        public override int ByteCount => _values.ByteCount;

        public override void Append(void* values, ulong* present, int count) => _values.AddRange((DuckDBString*)values, present, count);

        public override ArrayData Take() => _values.Take(Type);
    }

    private sealed class UuidColumn() : VectorColumn(StringType.Default)
    {
        private readonly BytesBuffer _values = new();

        public override int ByteCount => _values.ByteCount;

        public override void Append(void* values, ulong* present, int count)
        {
            var numbers = (UInt128*)values;
            Span<byte> bytes = stackalloc byte[16];
            for (var i = 0; i < count; i++)
            {
                if (!IsPresent(present, i))
                {
                    _values.AddNull();
                    continue;
                }

                // The engine flips the highest bit so that its signed order is the order of the text.
                System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, numbers[i] ^ (UInt128.One << 127));
                Utf8Formatter.TryFormat(new Guid(bytes, bigEndian: true), _values.Next(36), out var written);
                _values.End(present: true, written);
            }
        }

        public override ArrayData Take() => _values.Take(Type);
    }

    private sealed class EnumColumn<T>(byte[][] texts, Func<T, int> toIndex) : VectorColumn(StringType.Default)
        where T : unmanaged
    {
        private readonly BytesBuffer _values = new();

        public override int ByteCount => _values.ByteCount;

        public override void Append(void* values, ulong* present, int count)
        {
            var indices = (T*)values;
            for (var i = 0; i < count; i++)
            {
                if (IsPresent(present, i)) _values.Add(texts[toIndex(indices[i])]);
                else _values.AddNull();
            }
        }

        public override ArrayData Take() => _values.Take(Type);
    }
}
