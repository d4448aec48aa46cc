using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Reads dates in formats of strftime, as ISO C and Python describe them.</summary>
internal sealed class DateFormat(string format)
{
    private const string Known = "YymdHIMSfpjaAbBzZwuUWVG%";
    private static readonly string[] Days = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;
    private static readonly string[] ShortDays = CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames;
    private static readonly string[] Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
    private static readonly string[] ShortMonths = CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[..12];

    public static string Check(string format)
    {
        ArgumentException.ThrowIfNullOrEmpty(format);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%') continue;
            if (++i >= format.Length || !Known.Contains(format[i], StringComparison.Ordinal))
                throw new ArgumentException($"'{format}' is no date format: '%{(i < format.Length ? format[i] : string.Empty)}' is not known.", nameof(format));
        }

        return format;
    }

    public bool Reads(ReadOnlySpan<char> text)
    {
        var (year, month, day, hour) = (1900, 1, 1, 0);
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (char.IsWhiteSpace(c))
            {
                var trimmed = text.TrimStart();
                if (trimmed.Length == text.Length) return false;
                text = trimmed;
                continue;
            }

            if (c != '%' || format[++i] == '%')
            {
                if (text.IsEmpty || char.ToUpperInvariant(text[0]) != char.ToUpperInvariant(c)) return false;
                text = text[1..];
                continue;
            }

            if (!Part(format[i], ref text, ref year, ref month, ref day, ref hour)) return false;
        }

        return text.IsEmpty && year is >= 1 and <= 9999 && day <= DateTime.DaysInMonth(year, month);
    }

    private static bool Part(char part, ref ReadOnlySpan<char> text, ref int year, ref int month, ref int day, ref int hour) => part switch
    {
        'Y' or 'G' => Digits(ref text, 4, 4, 1, 9999, ref year),
        'y' => Century(ref text, ref year),
        'm' => Digits(ref text, 1, 2, 1, 12, ref month),
        'd' => Digits(ref text, 1, 2, 1, 31, ref day),
        'H' => Digits(ref text, 1, 2, 0, 23, ref hour),
        'I' => Digits(ref text, 1, 2, 1, 12, ref hour),
        'M' => Digits(ref text, 1, 2, 0, 59),
        'S' => Digits(ref text, 1, 2, 0, 61),
        'f' => Digits(ref text, 1, 6, 0, 999_999),
        'j' => Digits(ref text, 1, 3, 1, 366),
        'w' => Digits(ref text, 1, 1, 0, 6),
        'u' => Digits(ref text, 1, 1, 1, 7),
        'U' or 'W' => Digits(ref text, 1, 2, 0, 53),
        'V' => Digits(ref text, 1, 2, 1, 53),
        'p' => Name(ref text, ["AM", "PM"]) >= 0,
        'A' => Name(ref text, Days) >= 0,
        'a' => Name(ref text, ShortDays) >= 0,
        'B' => Month(ref text, Months, ref month),
        'b' => Month(ref text, ShortMonths, ref month),
        'z' => Offset(ref text),
        _ => Name(ref text, ["UTC", "GMT"]) >= 0,
    };

    private static bool Century(ref ReadOnlySpan<char> text, ref int year)
    {
        if (!Digits(ref text, 2, 2, 0, 99, ref year)) return false;
        year += year < 69 ? 2000 : 1900; // POSIX
        return true;
    }

    private static bool Month(ref ReadOnlySpan<char> text, string[] names, ref int month)
    {
        month = Name(ref text, names) + 1;
        return month > 0;
    }

    private static bool Offset(ref ReadOnlySpan<char> text)
    {
        if (text is ['Z' or 'z', ..])
        {
            text = text[1..];
            return true;
        }

        if (text is not ['+' or '-', ..]) return false;
        text = text[1..];
        if (!Digits(ref text, 2, 2, 0, 23)) return false;
        if (text is [':', ..]) text = text[1..];
        return Digits(ref text, 2, 2, 0, 59);
    }

    private static bool Digits(ref ReadOnlySpan<char> text, int fewest, int most, int least, int largest)
    {
        var ignored = 0;
        return Digits(ref text, fewest, most, least, largest, ref ignored);
    }

    private static bool Digits(ref ReadOnlySpan<char> text, int fewest, int most, int least, int largest, ref int value)
    {
        // As many digits as make a number in range: "011" is 01 and 1 for a month.
        for (var count = Math.Min(most, text.Length); count >= fewest; count--)
        {
            if (text[..count].ContainsAnyExceptInRange('0', '9')) continue;
            var number = int.Parse(text[..count], CultureInfo.InvariantCulture);
            if (number < least || number > largest) continue;
            value = number;
            text = text[count..];
            return true;
        }

        return false;
    }

    private static int Name(ref ReadOnlySpan<char> text, string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (!text.StartsWith(names[i], StringComparison.OrdinalIgnoreCase)) continue;
            text = text[names[i].Length..];
            return i;
        }

        return -1;
    }
}
