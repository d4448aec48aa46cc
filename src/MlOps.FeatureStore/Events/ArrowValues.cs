using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads values out of Arrow arrays whose types are those of <see cref="ColumnType"/>.</summary>
internal static class ArrowValues
{
    /// <summary>Reads one value.</summary>
    /// <param name="array">The array.</param>
    /// <param name="row">The row.</param>
    /// <returns>The value.</returns>
    /// <exception cref="DataException">The array has a type that a dataset does not hold.</exception>
    public static FeatureValue Read(IArrowArray array, int row)
    {
        if (array.IsNull(row)) return default;
        return array switch
        {
            DoubleArray numbers => numbers.Values[row],
            Int64Array integers => integers.Values[row],
            TimestampArray times => FeatureValue.FromBits(ColumnType.Timestamp, times.Values[row]),
            StringArray texts => texts.GetString(row),
            BooleanArray flags => flags.GetValue(row)!.Value,
            Date32Array days => FeatureValue.FromBits(ColumnType.Date, days.Values[row]),
            Decimal128Array decimals => decimals.GetValue(row)!.Value,
            BinaryArray bytes => bytes.GetBytes(row).ToArray(),
            _ => throw new DataException($"Arrow type {array.Data.DataType.Name} is not one that a dataset holds."),
        };
    }

    /// <summary>Gives the 64 bits of each row of an array of integers, numbers, days or times, without copying where they lie so.</summary>
    /// <param name="array">The array.</param>
    /// <param name="scratch">Holds the result where it is copied.</param>
    /// <returns>As many values as there are rows; those of missing rows mean nothing.</returns>
    /// <exception cref="DataException">The array holds other values.</exception>
    public static ReadOnlySpan<long> Bits(IArrowArray array, ref long[] scratch)
    {
        switch (array)
        {
            case DoubleArray numbers: return MemoryMarshal.Cast<double, long>(numbers.Values);
            case Int64Array integers: return integers.Values;
            case TimestampArray times: return times.Values;
        }

        if (scratch.Length < array.Length) scratch = new long[array.Length];
        switch (array)
        {
            case Date32Array days:
                for (var i = 0; i < days.Length; i++) scratch[i] = days.Values[i];
                break;
            case BooleanArray flags:
                for (var i = 0; i < flags.Length; i++) scratch[i] = flags.GetValue(i) == true ? 1 : 0;
                break;
            default:
                throw new DataException($"Arrow type {array.Data.DataType.Name} does not lie in 64 bits.");
        }

        return scratch.AsSpan(0, array.Length);
    }
}
