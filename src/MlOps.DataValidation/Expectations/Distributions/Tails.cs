using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Distribution functions, and the tail of Kolmogorov's statistic.</summary>
internal static class Tails
{
    /// <summary>The chance that a gamma variable of scale 1 is not above x.</summary>
    public static double Gamma(double x, double shape) => x <= 0 ? 0 : 1 - ChiSquare.UpperTail(2 * x, 2 * shape);

    /// <summary>The regularised incomplete beta function (Abramowitz and Stegun 26.5; continued fraction by Lentz's method).</summary>
    public static double Beta(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    /// <summary>The chance that Kolmogorov's statistic of n values is at least d, by its limit with Stephens's correction (JASA 69, 1974); within 0.002 from 10 values on.</summary>
    public static double Kolmogorov(double d, long n)
    {
        if (n == 0 || double.IsNaN(d)) return double.NaN;
        var lambda = d * (Math.Sqrt(n) + 0.12 + (0.11 / Math.Sqrt(n)));
        if (lambda < 0.2) return 1;
        double sum = 0;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2.0 * k * k * lambda * lambda);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-17) break;
        }

        return Math.Clamp(2 * sum, 0, 1);
    }

    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        var (c, d) = (1.0, 1 - ((a + b) * x / (a + 1)));
        if (Math.Abs(d) < Tiny) d = Tiny;
        d = 1 / d;
        var h = d;
        for (var m = 1; m < 10_000; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            h *= Step(even, ref c, ref d);
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            var factor = Step(odd, ref c, ref d);
            h *= factor;
            if (Math.Abs(factor - 1) < 1e-16) break;
        }

        return h;

        static double Step(double term, ref double c, ref double d)
        {
            d = 1 + (term * d);
            if (Math.Abs(d) < Tiny) d = Tiny;
            c = 1 + (term / c);
            if (Math.Abs(c) < Tiny) c = Tiny;
            d = 1 / d;
            return c * d;
        }
    }

    // Stirling's series above 10, reached by the recurrence.
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 10; x++) shift -= Math.Log(x);
        var inverse = 1 / (x * x);
        var series = ((((((-691.0 / 360360 * inverse) + (1.0 / 1188)) * inverse) - (1.0 / 1680)) * inverse) + (1.0 / 1260)) * inverse;
        return shift + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + ((((series - (1.0 / 360)) * inverse) + (1.0 / 12)) / x);
    }
}
