using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Apache.Arrow;

namespace MlOps.Data;

/// <summary>Gives the values of a row in some columns as bytes that are equal exactly when the values are: for hashing, grouping and comparing.</summary>
/// <remarks>
/// Column by column: a byte 0 for a missing value (null, NaN); else a byte 1 and the value: a truth value, integer, day or moment as 8 bytes little-endian, a double as its 8
/// bytes with -0 as 0, a decimal as 16 bytes little-endian, texts and bytes with their length in 4 bytes little-endian before them. So no two rows of values run together.
/// </remarks>
internal sealed class RowKeys
{
    private readonly IArrowArray[] _columns;
    private readonly byte[]?[] _present;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public RowKeys(RecordBatch batch, IReadOnlyList<string> columns)
    {
        _columns = [.. columns.Select(c => batch.Column(Batches.IndexOf(batch, c)))];
        _present = [.. _columns.Select(Columns.Present)];
    }

    public bool IsMissing(int row)
    {
        foreach (var present in _present)
        {
            if (Columns.IsSet(present, row)) return false;
        }

        return true;
    }

    public bool IsAnyMissing(int row)
    {
        foreach (var present in _present)
        {
            if (!Columns.IsSet(present, row)) return true;
        }

        return false;
    }

    /// <summary>Gives the first 16 bytes of the SHA-256 of the row's values. Two different ones out of 4 billion meet with a chance of 1 in 10^19.</summary>
    public UInt128 Digest(int row, ReadOnlySpan<byte> salt = default)
    {
        _bytes.ResetWrittenCount();
        _bytes.Write(salt);
        for (var i = 0; i < _columns.Length; i++) Write(_columns[i], Columns.IsSet(_present[i], row), row);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(_bytes.WrittenSpan, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    private void Write(IArrowArray column, bool present, int row)
    {
        _bytes.Write([present ? (byte)1 : (byte)0]);
        if (!present) return;
        switch (column)
        {
            case DoubleArray values:
                Write(BitConverter.DoubleToInt64Bits(values.Values[row] + 0.0)); // -0 is 0
                break;
            case Int64Array values:
                Write(values.Values[row]);
                break;
            case TimestampArray values:
                Write(values.Values[row]);
                break;
            case Date32Array values:
                Write(values.Values[row]);
                break;
            case BooleanArray values:
                Write(values.GetValue(row) == true ? 1 : 0);
                break;
            case Decimal128Array:
                _bytes.Write(MemoryMarshal.AsBytes(Columns.Decimals(column).Slice(row, 1)));
                break;
            default:
                var bytes = Columns.Bytes(column, row);
                BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(4), bytes.Length);
                _bytes.Advance(4);
                _bytes.Write(bytes);
                break;
        }
    }

    private void Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }
}
