using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Turns Arrow arrays into those of a wider type.</summary>
internal static class ArrowCasts
{
    private const long MicrosOfDay = 86_400_000_000;

    /// <summary>Turns integers into numbers; beyond 2^53 they are rounded to the nearest.</summary>
    /// <param name="array">The integers.</param>
    /// <returns>The numbers.</returns>
    public static IArrowArray ToNumbers(Int64Array array)
    {
        var bytes = new byte[array.Length * sizeof(double)];
        var numbers = MemoryMarshal.Cast<byte, double>(bytes.AsSpan());
        var integers = array.Values;
        for (var i = 0; i < integers.Length; i++) numbers[i] = integers[i];
        return With(array, DoubleType.Default, bytes);
    }

    /// <summary>Turns days into their midnights in UTC.</summary>
    /// <param name="array">The days.</param>
    /// <returns>The midnights.</returns>
    public static IArrowArray ToMidnights(Date32Array array)
    {
        var bytes = new byte[array.Length * sizeof(long)];
        var times = MemoryMarshal.Cast<byte, long>(bytes.AsSpan());
        var days = array.Values;
        for (var i = 0; i < days.Length; i++) times[i] = days[i] * MicrosOfDay;
        return With(array, DatasetSchema.ToArrow(ColumnType.Timestamp), bytes);
    }

    private static IArrowArray With(IArrowArray array, IArrowType type, byte[] values)
    {
        var validity = ArrowBuffer.Empty;
        if (array.NullCount > 0)
        {
            var bits = new byte[(array.Length + 7) / 8];
            for (var i = 0; i < array.Length; i++) BitUtility.SetBit(bits, i, array.IsValid(i));
            validity = new(bits);
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(type, array.Length, array.NullCount, 0, [validity, new(values)]));
    }
}
