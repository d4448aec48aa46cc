using System.Globalization;

namespace MlOps.Core;

/// <summary>Numbers as people read them, the same in every culture.</summary>
internal static class Readable
{
    /// <summary>What stands where there is nothing.</summary>
    public const string Nothing = "–";

    private const int MaxText = 120;

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Number(double value) => value switch
    {
        double.NaN => Nothing,
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "-∞",
        0 => "0",
        _ when value == Math.Round(value) && Math.Abs(value) < 1e15 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) is >= 1000 and < 1e9 => value.ToString("N1", CultureInfo.InvariantCulture),
        _ => value.ToString("G5", CultureInfo.InvariantCulture),
    };

    /// <summary>A share in percent. What is not none is not 0, and what is not all is not 100.</summary>
    public static string Share(double share) => share switch
    {
        double.NaN => Nothing,
        0 => "0 %",
        1 => "100 %",
        > 0 and < 0.001 => "< 0.1 %",
        > 0.999 and < 1 => "> 99.9 %",
        _ => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %",
    };

    /// <summary>A number that fits under an axis.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e15 => value.ToString("0.#e0", CultureInfo.InvariantCulture),
        >= 1e9 => (value / 1e9).ToString("0.###", CultureInfo.InvariantCulture) + "G",
        >= 1e6 => (value / 1e6).ToString("0.###", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        < 1e-4 and > 0 => value.ToString("0.#e0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    /// <summary>A text that fits into a line.</summary>
    public static string Cut(string text, int length = MaxText)
    {
        if (text.Length <= length) return text;
        var end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
