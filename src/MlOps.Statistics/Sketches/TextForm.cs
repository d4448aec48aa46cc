using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MlOps.Statistics;

/// <summary>What a text looks like.</summary>
internal enum TextForm : byte
{
    Other = 0,
    Empty = 1,
    Integer = 2,
    Real = 3,
    Boolean = 4,
    Date = 5,
    Timestamp = 6,
    Invalid = 7,
}

/// <summary>Looks at texts.</summary>
internal static class TextForms
{
    public const int Count = 8;

    /// <summary>How many characters (Unicode code points) a text has, and what it looks like.</summary>
    public static (int Characters, TextForm Form) Of(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0) return (0, TextForm.Empty);
        if (Ascii.IsValid(text)) return (text.Length, Form(text));
        if (Utf8.IsValid(text))
        {
            var followers = 0;
            foreach (var unit in text) followers += (unit & 0xC0) == 0x80 ? 1 : 0;
            return (text.Length - followers, TextForm.Other);
        }

        // What is no UTF-8 counts as one character for each replacement that a reader would see.
        var characters = 0;
        while (text.Length > 0)
        {
            Rune.DecodeFromUtf8(text, out _, out var consumed);
            text = text[consumed..];
            characters++;
        }

        return (characters, TextForm.Invalid);
    }

    private static TextForm Form(ReadOnlySpan<byte> text)
    {
        if (text.Length > 64) return TextForm.Other;
        var first = text[0];
        if (first is >= (byte)'0' and <= (byte)'9' or (byte)'+' or (byte)'-' or (byte)'.') return Number(text);
        var isBoolean = (text.Length == 4 && Ascii.EqualsIgnoreCase(text, "true"u8)) || (text.Length == 5 && Ascii.EqualsIgnoreCase(text, "false"u8));
        return isBoolean ? TextForm.Boolean : TextForm.Other;
    }

    private static TextForm Number(ReadOnlySpan<byte> text)
    {
        var digits = text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (digits.Length > 0 && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0) return TextForm.Integer;
        if (digits.Length == 0 || digits[0] is not (>= (byte)'0' and <= (byte)'9' or (byte)'.')) return TextForm.Other;
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _)) return TextForm.Real;
        return Time(text);
    }

    // ISO 8601: a day, or a day and a time with or without an offset.
    private static TextForm Time(ReadOnlySpan<byte> text)
    {
        if (text.Length < 10 || text[4] != '-' || text[7] != '-') return TextForm.Other;
        Span<char> chars = stackalloc char[text.Length];
        Ascii.ToUtf16(text, chars, out _);
        if (!DateOnly.TryParseExact(chars[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) return TextForm.Other;
        if (text.Length == 10) return TextForm.Date;
        if (text[10] is not ((byte)'T' or (byte)' ')) return TextForm.Other;
        return DateTimeOffset.TryParse(chars, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? TextForm.Timestamp : TextForm.Other;
    }
}
