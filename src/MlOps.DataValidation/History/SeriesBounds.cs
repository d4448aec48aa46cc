using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>What fits: everything between two bounds, both included. A bound that is not there is infinite.</summary>
internal readonly record struct SeriesBounds(double Lower, double Upper)
{
    public static SeriesBounds Of(double? lower, double? upper, string lowerName, string upperName)
    {
        if (lower is null && upper is null) throw new ArgumentException($"Give {lowerName} or {upperName}: without a bound nothing can be found.");
        if (double.IsNaN(lower ?? 0)) throw new ArgumentException("A bound is a number.", lowerName);
        if (double.IsNaN(upper ?? 0)) throw new ArgumentException("A bound is a number.", upperName);
        if (lower > upper) throw new ArgumentException($"No value is at least {Text(lower.Value)} and at most {Text(upper.Value)}.", lowerName);
        return new(lower ?? double.NegativeInfinity, upper ?? double.PositiveInfinity);
    }

    /// <summary>The bounds around a mean. A factor of 0 deviations is the mean itself, no factor is no bound.</summary>
    public static SeriesBounds Around(double mean, double deviation, DeviationFactors factors) => new(
        factors.Lower is { } lower ? mean - (lower * deviation) : double.NegativeInfinity,
        factors.Upper is { } upper ? mean + (upper * deviation) : double.PositiveInfinity);

    public static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    public bool Contains(double value) => value >= Lower && value <= Upper;

    public override string ToString() => (double.IsInfinity(Lower), double.IsInfinity(Upper)) switch
    {
        (true, false) => $"at most {Text(Upper)}",
        (false, true) => $"at least {Text(Lower)}",
        _ => $"between {Text(Lower)} and {Text(Upper)}",
    };
}
