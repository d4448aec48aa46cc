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

    /// <summary>exp(x) K_v(x), the scaled modified Bessel function of the second kind, for x above 0.</summary>
    /// <remarks>The integral of exp(-x (cosh t - 1)) cosh(v t) over t from 0, by the trapezoidal rule, which converges exponentially here; Abramowitz and Stegun 9.6.24.</remarks>
    public static double ScaledBesselK(double order, double x)
    {
        var step = 0.2 / (2 + Math.Sqrt(x));
        var sum = 0.5;
        for (var t = step; ; t += step)
        {
            var exponent = x * 2 * Math.Sinh(t / 2) * Math.Sinh(t / 2);
            if (exponent > 745) return sum * step;
            sum += Math.Exp(-exponent) * Math.Cosh(order * t);
        }
    }

    /// <summary>The regularised incomplete beta function I_x(a, b), for a and b above 0 and x from 0 to 1.</summary>
    /// <remarks>The continued fraction with Lentz's method, on the side where it converges fast (Press et al., Numerical Recipes, 3rd ed., 6.4).</remarks>
    public static double IncompleteBeta(double a, double b, double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * double.LogP1(-x)));
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a : 1 - (front * BetaFraction(b, a, 1 - x) / b);
    }

    private static double BetaFraction(double a, double b, double x)
    {
        var c = 1.0;
        var d = Nonzero(1 - ((a + b) * x / (a + 1)));
        d = 1 / d;
        var h = d;
        for (var m = 1; m < MaxIterations; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Nonzero(1 + (even * d));
            c = Nonzero(1 + (even / c));
            h *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Nonzero(1 + (odd * d));
            c = Nonzero(1 + (odd / c));
            h *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-16) break;
        }

        return h;
    }

    private static double Nonzero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

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
