namespace MlOps.Statistics;

/// <summary>The distribution of the largest distance between the distribution function of n values and that which they were drawn from.</summary>
/// <remarks>
/// Simard and L'Ecuyer, Computing the two-sided Kolmogorov-Smirnov distribution, Journal of Statistical Software 39(11), 2011: which method is right where. Marsaglia, Tsang and Wang,
/// Evaluating Kolmogorov's distribution, Journal of Statistical Software 8(18), 2003; Pelz and Good 1976; Smirnov 1944.
/// </remarks>
internal static class KolmogorovDistribution
{
    private const int Small = 140;
    private const long Huge = 1_000_000;
    private static readonly double Root = Math.Sqrt(Math.PI / 2);

    public static double UpperTail(double distance, long n)
    {
        if (double.IsNaN(distance)) return double.NaN;
        if (distance >= 1) return 0;
        var scaled = n * distance;
        if (scaled <= 0.5) return 1;
        if (scaled <= 1) return 1 - Lowest(scaled, n);
        if (scaled >= n - 1) return 2 * Math.Pow(1 - distance, n);
        var square = scaled * distance;
        if (distance >= 0.5 || square > (n <= Small ? 4 : 2.2)) return Math.Min(1, 2 * OneSided(distance, n));
        if (n <= Small || (n <= 100_000 && n * Math.Pow(distance, 1.5) <= 1.4)) return Math.Clamp(1 - MatrixPower(distance, (int)n), 0, 1);
        return Math.Clamp(1 - PelzGood(distance * Math.Sqrt(n), n), 0, 1);
    }

    // n! (2 t / n - 1 / n)^n.
    private static double Lowest(double scaled, long n) => Math.Exp(SpecialFunctions.LogGamma(n + 1) + (n * Math.Log((2 * scaled) - 1)) - (n * Math.Log(n)));

    /// <summary>The chance that the distance in one direction is at least this large.</summary>
    public static double OneSided(double distance, long n)
    {
        if (n > Huge)
        {
            var shifted = (6 * n * distance) + 1;
            return Math.Exp(-shifted * shifted / (18.0 * n));
        }

        var sum = 0.0;
        var last = (long)Math.Floor(n * (1 - distance));
        var binomial = 0.0;
        for (long j = 0; j <= last; j++)
        {
            var (below, above) = (distance + ((double)j / n), 1 - distance - ((double)j / n));
            var term = binomial + ((j - 1) * Math.Log(below));
            if (above > 0) sum += Math.Exp(term + ((n - j) * double.LogP1(-below)));
            else if (n == j) sum += Math.Exp(term);
            binomial += Math.Log((double)(n - j) / (j + 1));
        }

        return Math.Min(1, distance * sum);
    }

    private static double MatrixPower(double distance, int n)
    {
        var k = (int)(n * distance) + 1;
        var (size, h) = ((2 * k) - 1, k - (n * distance));
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++) matrix[i, j] = i - j + 1 < 0 ? 0 : 1;
        }

        for (var i = 0; i < size; i++)
        {
            matrix[i, 0] -= Math.Pow(h, i + 1);
            matrix[size - 1, i] -= Math.Pow(h, size - i);
        }

        matrix[size - 1, 0] += (2 * h) - 1 > 0 ? Math.Pow((2 * h) - 1, size) : 0;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                for (var g = 1; g <= i - j + 1; g++) matrix[i, j] /= g;
            }
        }

        var (power, exponent) = Power(matrix, n);
        var value = power[k - 1, k - 1];
        for (var i = 1; i <= n; i++)
        {
            value = value * i / n;
            if (value >= 1e-140) continue;
            value *= 1e140;
            exponent -= 140;
        }

        return value * Math.Pow(10, exponent);
    }

    private static (double[,] Power, int Exponent) Power(double[,] matrix, int n)
    {
        if (n == 1) return (matrix, 0);
        var (half, exponent) = Power(matrix, n / 2);
        var power = Product(half, half);
        exponent *= 2;
        if (n % 2 == 1) power = Product(matrix, power);
        var middle = matrix.GetLength(0) / 2;
        if (power[middle, middle] <= 1e140) return (power, exponent);
        for (var i = 0; i < power.GetLength(0); i++)
        {
            for (var j = 0; j < power.GetLength(0); j++) power[i, j] *= 1e-140;
        }

        return (power, exponent + 140);
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var size = a.GetLength(0);
        var product = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var k = 0; k < size; k++)
            {
                for (var j = 0; j < size; j++) product[i, j] += a[i, k] * b[k, j];
            }
        }

        return product;
    }

    private static double PelzGood(double z, double n)
    {
        var (z2, z4) = (z * z, z * z * z * z);
        var z6 = z4 * z2;
        double k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2Whole = 0, k3Whole = 0;
        for (var k = 0; k < 200; k++)
        {
            var half = Math.PI * Math.PI * (k + 0.5) * (k + 0.5);
            var weight = 2 * Math.Exp(-half / (2 * z2));
            k0 += weight;
            k1 += (half - z2) * weight;
            k2 += ((6 * z6) + (2 * z4) + (((2 * z4) - (5 * z2)) * half) + ((1 - (2 * z2)) * half * half)) * weight;
            k3 += ((half * half * half * (5 - (30 * z2))) + (half * half * ((-60 * z2) + (212 * z4))) + (half * ((135 * z4) - (96 * z6))) - (30 * z6) - (90 * z6 * z2)) * weight;
            var whole = Math.PI * Math.PI * k * k;
            var wholeWeight = 2 * Math.Exp(-whole / (2 * z2));
            k2Whole += whole * wholeWeight;
            k3Whole += ((3 * whole * z2) - (whole * whole)) * wholeWeight;
            if (weight < 1e-30) break;
        }

        k0 *= Root / z;
        k1 *= Root / (6 * z4);
        k2 = (k2 * Root / (72 * z6 * z)) - (k2Whole * Root / (36 * z2 * z));
        k3 = (k3 * Root / (6480 * z6 * z4)) + (k3Whole * Root / (216 * z6));
        var root = Math.Sqrt(n);
        return k0 + (k1 / root) + (k2 / n) + (k3 / (n * root));
    }
}
