using System.Collections.Concurrent;
using System.Globalization;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Turns values of .NET into those that columns hold.</summary>
internal static class SourceValues
{
    private static readonly Int128 Limit = Int128.Parse("99999999999999999999", CultureInfo.InvariantCulture);
    private static readonly Int128[] Powers = [.. Enumerable.Range(0, 19).Select(n => Enumerable.Repeat((Int128)10, n).Aggregate(Int128.One, (a, b) => a * b))];

    public static long ToInt64(ulong value) => value <= long.MaxValue
        ? (long)value
        : throw new DataException(string.Create(CultureInfo.InvariantCulture, $"{value} is larger than a signed integer of 64 bits. Give it as a decimal or as text."));

    public static long ToInt64(bool value) => value ? 1 : 0;

    public static long ToDays(DateOnly value) => value.DayNumber - CalendarText.EpochDay;

    /// <summary>Takes a time of unspecified kind as UTC.</summary>
    public static long ToMicroseconds(DateTime value) => CalendarText.ToMicroseconds(value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value);

    public static long ToMicroseconds(DateTimeOffset value) => CalendarText.ToMicroseconds(value.UtcDateTime);

    public static Int128 ToDecimal(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var digits = ((Int128)(uint)parts[2] << 64) | ((Int128)(uint)parts[1] << 32) | (uint)parts[0];
        var after = value.Scale;
        if (after <= DecimalText.Scale)
        {
            if (digits / Powers[after] > Limit) throw DoesNotFit(value);
            digits *= Powers[DecimalText.Scale - after];
        }
        else
        {
            var excess = Powers[after - DecimalText.Scale];
            if (digits % excess != 0) throw DoesNotFit(value);
            digits /= excess;
        }

        return decimal.IsNegative(value) ? -digits : digits;
    }

    public static string ToText(char value) => value.ToString();

    public static string ToText(Guid value) => value.ToString("D");

    public static string EnumText<T>(T value)
        where T : struct, Enum => Names<T>.Of.GetOrAdd(value, static v => v.ToString());

    private static DataException DoesNotFit(decimal value) => new(
        string.Create(CultureInfo.InvariantCulture, $"{value} does not fit a decimal of 20 digits before the point and 18 after it. Round it in the source."));

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly ConcurrentDictionary<T, string> Of = new();
    }
}
