using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>An identifier of 32 lower-case hexadecimal digits, with or without the number of a row, in 20 bytes.</summary>
internal readonly record struct IdKey(ulong High, ulong Low, int Row)
{
    private const int Digits = 32;

    /// <summary>Reads an identifier; false for one that is of another form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out IdKey key)
    {
        key = default;
        if (utf8.Length < Digits || !TryHex(utf8[..16], out var high) || !TryHex(utf8[16..Digits], out var low)) return false;
        var row = -1;
        if (utf8.Length > Digits)
        {
            var number = utf8[(Digits + 1)..];
            // Only as rows are numbered, so that two texts never make one key.
            if (utf8[Digits] != '/' || number.IsEmpty || (number[0] == '0' && number.Length > 1) || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out row)) return false;
        }

        key = new(high, low, row);
        return true;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out ulong value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is >= (byte)'0' and <= (byte)'9') value = (value << 4) | (uint)(digit - '0');
            else if (digit is >= (byte)'a' and <= (byte)'f') value = (value << 4) | (uint)(digit - 'a' + 10);
            else return false;
        }

        return true;
    }
}
