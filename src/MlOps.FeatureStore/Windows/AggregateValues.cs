using System.Text;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>The arithmetic of single values that windows offline and online share, so that both come to the same bits.</summary>
/// <remarks>
/// Minimum, maximum, top-k, distinct counts and quantiles take NaN as one value above infinity, and -0 as 0, as PostgreSQL and DuckDB do. Text is ordered by its UTF-8 bytes, false before true. A quantile is taken of values
/// that are rounded to 13 binary digits (a relative error of at most 2^-13), between two neighbours by linear interpolation (Hyndman and Fan 1996, definition 7).
/// </remarks>
internal static class AggregateValues
{
    /// <summary>What is left of a number in a quantile: 12 of the 52 bits after the point.</summary>
    public const int QuantileShift = 40;

    private const int DecimalPlaces = 18;
    private static readonly Int128 DecimalUnit = Int128.Parse("1000000000000000000", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The bits of a number as an integer that orders as the number does.</summary>
    public static long KeyOf(double value)
    {
        if (double.IsNaN(value)) return long.MaxValue;
        var bits = BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value);
        return bits ^ ((bits >> 63) & long.MaxValue);
    }

    /// <summary>The number of such an integer.</summary>
    public static double ValueOf(long key) => key == long.MaxValue ? double.NaN : BitConverter.Int64BitsToDouble(key ^ ((key >> 63) & long.MaxValue));

    /// <summary>Rounds a number for a quantile, as an integer that orders as the number does.</summary>
    public static long QuantileKeyOf(double value)
    {
        if (!double.IsFinite(value)) return KeyOf(value);
        var rounded = (BitConverter.DoubleToUInt64Bits(Math.Abs(value)) + (1UL << (QuantileShift - 1))) >> QuantileShift << QuantileShift;
        var magnitude = Math.Min(BitConverter.UInt64BitsToDouble(rounded), double.MaxValue);
        return KeyOf(value < 0 ? -magnitude : magnitude);
    }

    /// <summary>Gives a quantile.</summary>
    /// <param name="share">The share from 0 to 1.</param>
    /// <param name="count">The number of values; at least one.</param>
    /// <param name="keyAt">Gives the key of the value at a rank, from 0.</param>
    public static double Quantile(double share, long count, Func<long, long> keyAt)
    {
        var position = share * (count - 1);
        var rank = Math.Min((long)position, count - 1);
        var low = ValueOf(keyAt(rank));
        var fraction = position - rank;
        if (fraction <= 0 || rank + 1 >= count) return low;
        var high = ValueOf(keyAt(rank + 1));
        return low == high || double.IsInfinity(low) || double.IsInfinity(high) ? (fraction < 0.5 ? low : high) : low + ((high - low) * fraction);
    }

    /// <summary>The register of a value in a HyperLogLog, and the rank that it has there: register * 64 + rank.</summary>
    public static int RegisterOf(ulong hash) => HyperLogLog.PlaceOf(hash);

    public static ulong HashOf(long key) => Hashing.Mix((ulong)key);

    public static ulong HashOf(Int128 units) => Hashing.Mix((ulong)units ^ Hashing.Mix((ulong)(units >> 64)));

    public static ulong HashOf(string text)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        return Hashing.Of(bytes[..Encoding.UTF8.GetBytes(text, bytes)]).First;
    }

    /// <summary>The hash of a value that is not missing; equal values have equal ones.</summary>
    public static ulong HashOf(in FeatureValue value) => value.Type switch
    {
        ColumnType.String => HashOf((string)value.Object!),
        ColumnType.Decimal => HashOf(UnitsOf((decimal)value.Object!)),
        ColumnType.Float64 => HashOf(KeyOf(value.ToDouble())),
        _ => HashOf(value.Bits),
    };

    /// <summary>Gives all equal values one form: NaN, and 0 without a sign.</summary>
    public static FeatureValue Canonical(in FeatureValue value) => value.Type == ColumnType.Float64 ? ValueOf(KeyOf(value.ToDouble())) : value;

    /// <summary>Compares two values of one type that are not missing.</summary>
    public static int Compare(in FeatureValue left, in FeatureValue right) => left.Type switch
    {
        ColumnType.String => TextOrder.Instance.Compare((string)left.Object!, (string)right.Object!),
        ColumnType.Decimal => ((decimal)left.Object!).CompareTo((decimal)right.Object!),
        ColumnType.Float64 => KeyOf(left.ToDouble()).CompareTo(KeyOf(right.ToDouble())),
        _ => left.Bits.CompareTo(right.Bits),
    };

    /// <summary>A number, an integer, a decimal or a truth value as a double.</summary>
    public static double NumberOf(in FeatureValue value) => value.Type switch
    {
        ColumnType.Float64 => value.ToDouble(),
        ColumnType.Decimal => (double)(decimal)value.Object!,
        _ => value.Bits,
    };

    /// <summary>A decimal as a whole number of 10^-18, of which further digits are rounded to even.</summary>
    /// <exception cref="DataException">It has more than 20 digits before the point.</exception>
    public static Int128 UnitsOf(decimal value)
    {
        var whole = decimal.Truncate(value);
        if (Math.Abs(whole) >= 100_000_000_000_000_000_000m) throw new DataException("A decimal has more than 20 digits before the point. Keep such a column as numbers of type Float64.");
        return ((Int128)whole * DecimalUnit) + (Int128)decimal.Round((value - whole) * 1_000_000_000_000_000_000m);
    }

    /// <summary>The decimal of a whole number of 10^-18, with as many digits as a decimal holds.</summary>
    public static decimal DecimalOf(Int128 units)
    {
        var magnitude = (UInt128)Int128.Abs(units);
        var places = DecimalPlaces;
        for (; places > 0 && magnitude % 10 == 0; places--) magnitude /= 10;
        while (magnitude >> 96 != 0)
        {
            var (quotient, rest) = UInt128.DivRem(magnitude, 10);
            magnitude = quotient + (rest > 5 || (rest == 5 && UInt128.IsOddInteger(quotient)) ? UInt128.One : UInt128.Zero);
            places--;
        }

        return new((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), units < 0, (byte)places);
    }

    /// <summary>The double of a whole number of 10^-18.</summary>
    public static double DoubleOf(Int128 units) => (double)DecimalOf(units);

    /// <summary>Adds exactly.</summary>
    /// <exception cref="DataException">A sum of decimals has more than 20 digits before the point.</exception>
    public static Int128 AddUnits(Int128 sum, Int128 units)
    {
        try
        {
            return checked(sum + units);
        }
        catch (OverflowException)
        {
            throw new DataException("A sum of decimals has more than 20 digits before the point. Keep such a column as numbers of type Float64.");
        }
    }

    /// <summary>Gives a sum of integers.</summary>
    /// <exception cref="DataException">It does not fit 64 bits.</exception>
    public static long Int64Of(Int128 sum) => sum >= long.MinValue && sum <= long.MaxValue
        ? (long)sum
        : throw new DataException("A sum of integers does not fit 64 bits. Keep such a column as numbers of type Float64 or Decimal.");

    /// <summary>Gives the number of different values that registers of a HyperLogLog stand for.</summary>
    /// <param name="registersWith">How many registers have each rank; those with rank 0 too.</param>
    public static long DistinctOf(ReadOnlySpan<int> registersWith) => (long)Math.Round(HyperLogLog.Estimate(registersWith));
}
