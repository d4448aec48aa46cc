using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MlOps.DuckDb;

/// <summary>Reads values from text, strictly: what does not fit the type exactly is refused, and never rounded or cut.</summary>
internal static class TextValue
{
    private static readonly Int128 DecimalLimit = Int128.Parse("1" + new string('0', 38), CultureInfo.InvariantCulture);
    private const int DecimalScale = 18;

    /// <summary>Reads true or false, in any case; 1 and 0 too.</summary>
    public static bool TryBoolean(ReadOnlySpan<byte> text, out bool value)
    {
        text = Trim(text);
        value = Ascii.EqualsIgnoreCase(text, "true"u8) || text.SequenceEqual("1"u8);
        return value || Ascii.EqualsIgnoreCase(text, "false"u8) || text.SequenceEqual("0"u8);
    }

    /// <summary>Reads an integer of 64 bits.</summary>
    public static bool TryInt64(ReadOnlySpan<byte> text, out long value) =>
        long.TryParse(Trim(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Reads a binary fraction; nan, inf and infinity are values, in any case.</summary>
    public static bool TryFloat64(ReadOnlySpan<byte> text, out double value)
    {
        text = Trim(text);
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value))
            return double.IsFinite(value) || !text.ContainsAnyInRange((byte)'0', (byte)'9'); // 1e999 is no infinity
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        value = negative ? double.NegativeInfinity : double.PositiveInfinity;
        return Ascii.EqualsIgnoreCase(text, "inf"u8) || Ascii.EqualsIgnoreCase(text, "infinity"u8);
    }

    /// <summary>Reads a decimal fraction as a count of 10^-18, exactly.</summary>
    public static bool TryDecimal(ReadOnlySpan<byte> text, out Int128 value)
    {
        text = Trim(text);
        value = 0;
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        var (digits, decimals) = (0, -1);
        foreach (var c in text)
        {
            if (c == '.' && decimals < 0)
            {
                decimals = 0;
                continue;
            }

            if (c is < (byte)'0' or > (byte)'9') return false;
            digits++;
            if (decimals >= 0 && ++decimals > DecimalScale)
            {
                if (c != '0') return false;
                continue;
            }

            value = value * 10 + (c - '0');
            if (value >= DecimalLimit) return false;
        }

        for (var i = Math.Clamp(decimals, 0, DecimalScale); i < DecimalScale; i++)
        {
            value *= 10;
            if (value >= DecimalLimit) return false;
        }

        if (negative) value = -value;
        return digits > 0;
    }

    /// <summary>Reads a day, as 2001-02-03, as a count of days from 1970.</summary>
    public static bool TryDate(ReadOnlySpan<byte> text, out int value)
    {
        text = Trim(text);
        value = 0;
        return text.Length == 10 && TryDay(text, out value);
    }

    /// <summary>Reads a moment (ISO 8601) as microseconds from 1970 in UTC. Without an offset it is in UTC; a day alone is its first moment.</summary>
    public static bool TryTimestamp(ReadOnlySpan<byte> text, out long value)
    {
        text = Trim(text);
        value = 0;
        if (text.Length < 10 || !TryDay(text[..10], out var day)) return false;
        value = day * TimeSpan.MicrosecondsPerDay;
        if (text.Length == 10) return true;
        if (text[10] is not ((byte)'T' or (byte)'t' or (byte)' ')) return false;
        text = text[11..];
        if (!TryTwoDigits(ref text, 23, out var hour) || !TrySkip(ref text, (byte)':') || !TryTwoDigits(ref text, 59, out var minute)) return false;
        value += hour * TimeSpan.MicrosecondsPerHour + minute * TimeSpan.MicrosecondsPerMinute;
        if (TrySkip(ref text, (byte)':'))
        {
            if (!TryTwoDigits(ref text, 59, out var second)) return false;
            value += second * TimeSpan.MicrosecondsPerSecond;
            if (TrySkip(ref text, (byte)'.') && !TryFraction(ref text, ref value)) return false;
        }

        if (text.IsEmpty || text is [(byte)'Z' or (byte)'z']) return true;
        text = text.TrimStart((byte)' ');
        if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-')) return false;
        var sign = text[0] == '-' ? -1 : 1;
        text = text[1..];
        if (!TryTwoDigits(ref text, 18, out var offsetHours)) return false;
        var offsetMinutes = 0;
        TrySkip(ref text, (byte)':');
        if (!text.IsEmpty && !TryTwoDigits(ref text, 59, out offsetMinutes)) return false;
        value -= sign * (offsetHours * TimeSpan.MicrosecondsPerHour + offsetMinutes * TimeSpan.MicrosecondsPerMinute);
        return text.IsEmpty;
    }

    /// <summary>Says whether bytes are text.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    private static bool TryDay(ReadOnlySpan<byte> text, out int day)
    {
        day = 0;
        if (text[4] != '-' || text[7] != '-'
            || !int.TryParse(text[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || !int.TryParse(text[5..7], NumberStyles.None, CultureInfo.InvariantCulture, out var month)
            || !int.TryParse(text[8..10], NumberStyles.None, CultureInfo.InvariantCulture, out var dayOfMonth)
            || year == 0 || month is 0 or > 12 || dayOfMonth == 0 || dayOfMonth > DateTime.DaysInMonth(year, month)) return false;
        day = new DateOnly(year, month, dayOfMonth).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        return true;
    }

    /// <summary>Adds a fraction of a second. What is finer than a microsecond must be zero.</summary>
    private static bool TryFraction(ref ReadOnlySpan<byte> text, ref long microseconds)
    {
        var unit = 100_000;
        var digits = 0;
        for (; digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9'; digits++)
        {
            if (unit == 0 && text[digits] != '0') return false;
            microseconds += unit * (text[digits] - '0');
            unit /= 10;
        }

        text = text[digits..];
        return digits > 0;
    }

    private static bool TryTwoDigits(ref ReadOnlySpan<byte> text, int most, out int value)
    {
        value = 0;
        if (text.Length < 2 || !int.TryParse(text[..2], NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > most) return false;
        text = text[2..];
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> text, byte character)
    {
        if (text.IsEmpty || text[0] != character) return false;
        text = text[1..];
        return true;
    }
}
