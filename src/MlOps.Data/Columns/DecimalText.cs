using System.Globalization;
using System.Numerics;

namespace MlOps.Data;

/// <summary>Decimals as columns hold them: a whole number of 10^-18, of at most 38 digits.</summary>
internal static class DecimalText
{
    public const int Scale = 18;
    public static readonly Int128 One = (Int128)1_000_000_000_000_000_000;
    private static readonly Int128 Limit = Int128.Parse("1" + new string('0', 38), CultureInfo.InvariantCulture);

    public static bool InRange(Int128 value) => value > -Limit && value < Limit;

    public static Int128 Clamp(BigInteger value) => (Int128)BigInteger.Clamp(value, 1 - Limit, Limit - 1);

    /// <summary>Reads digits with at most one point and a leading sign. More than 18 digits after the point are read when the rest are zeros.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Int128 value)
    {
        value = 0;
        var negative = text is ['-', ..];
        if (text is ['-' or '+', ..]) text = text[1..];
        var (digits, fraction, point) = (0, 0, false);
        foreach (var c in text)
        {
            if (c == '.' && !point)
            {
                point = true;
                continue;
            }

            if (!char.IsAsciiDigit(c)) return TryParseExponent(text, negative, ref value);
            digits++;
            if (point && fraction == Scale)
            {
                if (c != '0') return false;
                continue;
            }

            if (point) fraction++;
            value = (value * 10) + (c - '0');
            if (!InRange(value)) return false;
        }

        for (; fraction < Scale; fraction++)
        {
            value *= 10;
            if (!InRange(value)) return false;
        }

        if (negative) value = -value;
        return digits > 0;
    }

    /// <summary>Gives the nearest decimal to a double.</summary>
    public static bool TryFromDouble(double value, out Int128 result)
    {
        result = 0;
        if (!double.IsFinite(value) || Math.Abs(value) >= 1e20) return false;
        var whole = Math.Truncate(value);
        result = ((Int128)whole * One) + (Int128)Math.Round((value - whole) * 1e18);
        return InRange(result);
    }

    public static double ToDouble(Int128 value) => (double)(value / One) + ((double)(value % One) / 1e18);

    public static string Format(Int128 value)
    {
        var magnitude = Int128.Abs(value);
        var text = (magnitude / One).ToString(CultureInfo.InvariantCulture);
        var fraction = magnitude % One;
        if (fraction != 0) text += "." + fraction.ToString("D18", CultureInfo.InvariantCulture).TrimEnd('0');
        return value < 0 ? "-" + text : text;
    }

    private static bool TryParseExponent(ReadOnlySpan<char> text, bool negative, ref Int128 value)
    {
        value = 0;
        if (!text.ContainsAny('e', 'E') || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var small)) return false;
        return TryParse((negative ? -small : small).ToString(CultureInfo.InvariantCulture), out value);
    }
}
