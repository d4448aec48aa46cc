namespace MlOps.Statistics;

/// <summary>The functions behind the tails of distributions.</summary>
internal static class SpecialFunctions
{
    private const int MaxIterations = 100_000;
    private const double Tiny = 1e-300;

    // Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001): 15 digits for positive arguments.
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>The logarithm of the gamma function of a positive argument (Lanczos 1964).</summary>
    public static double LogGamma(double x)
    {
        if (x < 0.5) return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        x -= 1;
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++) sum += Lanczos[i] / (x + i);
        var t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>The regularised upper incomplete gamma function Q(a, x), for a above 0 and x not below 0, without cancellation in the far tail.</summary>
    /// <remarks>Below a + 1 by the series of the lower function, above by Legendre's continued fraction with Lentz's method (Press et al., Numerical Recipes, 3rd ed., 6.2).</remarks>
    public static double UpperGamma(double a, double x)
    {
        if (double.IsNaN(a) || double.IsNaN(x)) return double.NaN;
        if (x <= 0) return 1;
        if (double.IsPositiveInfinity(x)) return 0;
        var prefix = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        return x < a + 1 ? Math.Clamp(1 - (prefix * LowerSeries(a, x)), 0, 1) : Math.Clamp(prefix * UpperFraction(a, x), 0, 1);
    }

    private static double LowerSeries(double a, double x)
    {
        var (term, sum) = (1 / a, 1 / a);
        for (var n = 1; n < MaxIterations && Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    private static double UpperFraction(double a, double x)
    {
        var b = x + 1 - a;
        var (c, d) = (1 / Tiny, 1 / b);
        var h = d;
        for (var n = 1; n < MaxIterations; n++)
        {
            var an = -n * (n - a);
            b += 2;
            d = (an * d) + b;
            if (Math.Abs(d) < Tiny) d = Tiny;
            c = b + (an / c);
            if (Math.Abs(c) < Tiny) c = Tiny;
            d = 1 / d;
            var factor = d * c;
            h *= factor;
            if (Math.Abs(factor - 1) < 1e-16) break;
        }

        return h;
    }
}
