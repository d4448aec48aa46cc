using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Makes the values of expectations out of what a profile tells.</summary>
internal static class Scalars
{
    public static Scalar Integer(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? new(value) : new(text);

    /// <summary>A bound that people write: the number rounded away from the range, to the first digit of the slack.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="slack">How much it was moved.</param>
    /// <param name="up">Whether it is an upper bound.</param>
    /// <param name="whole">Whether the values are whole numbers.</param>
    public static Scalar Rounded(double bound, double slack, bool up, bool whole)
    {
        var step = slack > 0 ? Math.Pow(10, Math.Floor(Math.Log10(slack))) : 0;
        if (whole) step = Math.Max(step, 1);
        var steps = step > 0 ? (up ? Math.Ceiling(bound / step) : Math.Floor(bound / step)) : 0;
        var rounded = step > 0 && double.IsFinite(steps) ? Times(steps, step) : bound;
        if ((up && rounded < bound) || (!up && rounded > bound)) rounded = bound;
        return whole && Math.Abs(rounded) < 9e18 ? new((long)rounded) : new(rounded);
    }

    // 3 x 0.1 is 0.30000000000000004; 3 / 10 is 0.3.
    private static double Times(double steps, double step) => step < 1 ? steps / Math.Round(1 / step) : steps * step;
}
