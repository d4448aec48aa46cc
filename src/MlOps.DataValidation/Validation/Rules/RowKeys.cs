using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MlOps.DataValidation;

/// <summary>Gives the values of a row a key of 128 bits. Equal values have equal keys, whatever their numeric type; different ones do not in practice (one in 10^24 for 20 million rows).</summary>
internal static class RowKeys
{
    private const ulong K1 = 0x9E37_79B9_7F4A_7C15, K2 = 0xC2B2_AE3D_27D4_EB4F, K3 = 0x1656_67B1_9E37_79F9, K4 = 0xD6E8_FEB8_6659_FD93;

    public static UInt128 Of(Row row, int count)
    {
        var key = new UInt128(K3, K1);
        for (var i = 0; i < count; i++) key = Of(row, i, key);
        return key;
    }

    private static UInt128 Of(Row row, int column, UInt128 key)
    {
        if (row.IsMissing(column)) return Mix(key, 0, 0);
        switch (row.Kind(column))
        {
            case CellKind.Text:
                return Bytes(key, MemoryMarshal.AsBytes(row.Text(column)), 2);
            case CellKind.Binary:
                return Bytes(key, row.Binary(column), 3);
            case CellKind.Number:
                var number = row.Number(column);
                if (double.IsInteger(number) && Math.Abs(number) < 9e18) return Mix(key, (ulong)(long)number, 1);
                return Mix(key, double.IsNaN(number) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(number), 4);
            case CellKind.Decimal:
                var exact = row.Decimal(column);
                if (decimal.IsInteger(exact) && Math.Abs(exact) < long.MaxValue) return Mix(key, (ulong)(long)exact, 1);
                Span<int> parts = stackalloc int[4];
                decimal.GetBits(exact / 1.0000000000000000000000000000m, parts);
                return Bytes(key, MemoryMarshal.AsBytes(parts), 5);
            default:
                return Mix(key, (ulong)row.Integer(column), 1);
        }
    }

    private static UInt128 Bytes(UInt128 key, ReadOnlySpan<byte> bytes, ulong tag)
    {
        key = Mix(key, (ulong)bytes.Length, tag);
        for (; bytes.Length >= 16; bytes = bytes[16..])
            key = Mix(key, BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        if (bytes.Length == 0) return key;
        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        bytes.CopyTo(rest);
        return Mix(key, BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
    }

    // Two independent folded multiplications, as in wyhash.
    private static UInt128 Mix(UInt128 key, ulong a, ulong b)
    {
        var (low, high) = ((ulong)key, (ulong)(key >> 64));
        return new(Fold(a ^ K1 ^ high, b ^ K2 ^ low) + low, Fold(a ^ K3 ^ low, b ^ K4 ^ high) ^ high);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return (ulong)high ^ low;
    }
}
