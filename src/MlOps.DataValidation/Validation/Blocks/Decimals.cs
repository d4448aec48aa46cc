using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation;

/// <summary>Arrow's decimals of 38 digits as the 28 of <see cref="decimal"/>: zeros at the end are dropped first, then digits after the point are rounded; beyond the range the nearest end is taken.</summary>
internal static class Decimals
{
    private static readonly Int128 Largest = (Int128)decimal.MaxValue;

    public static decimal Read(Decimal128Array decimals, int row)
    {
        var value = MemoryMarshal.Read<Int128>(decimals.ValueBuffer.Span[((decimals.Offset + row) * 16)..]);
        var scale = ((Decimal128Type)decimals.Data.DataType).Scale;
        while (scale > 28 || (scale > 0 && Int128.Abs(value) > Largest))
        {
            value = (value / 10) + (Int128.Abs(value % 10) >= 5 ? Int128.Sign(value) : 0);
            scale--;
        }

        if (Int128.Abs(value) > Largest) return value > 0 ? decimal.MaxValue : decimal.MinValue;
        var exact = (decimal)value;
        for (; scale < 0; scale++) exact *= 10;
        return scale == 0 ? exact : Scaled(exact, (byte)scale);
    }

    private static decimal Scaled(decimal value, byte scale)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        return new(parts[0], parts[1], parts[2], value < 0, scale);
    }
}
