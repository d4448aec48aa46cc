namespace MlOps.Statistics;

/// <summary>Measures how far two samples are apart, and how far they would be on average if nothing had changed.</summary>
/// <remarks>
/// Without a change the square of a bin's difference is p (1 - p) (1/n + 1/m) on average, from which the noise of all distances in bins follows to first order: that of the index as (k - 1)(1/n + 1/m), of the others as the root of their
/// square's mean. Of distribution functions it is sqrt(pi / 2) ln 2 sqrt(1/n + 1/m) (the mean of Kolmogorov's distribution), of the area between them the area under sqrt(2 / pi F (1 - F)(1/n + 1/m)).
/// </remarks>
internal static class DistanceFigures
{
    public static Dictionary<DistanceMeasure, MeasuredDistance> InBins(long[] reference, long[] current)
    {
        double n = reference.Sum(), m = current.Sum();
        var both = (1 / n) + (1 / m);
        double[] spreads = [.. reference.Zip(current, (r, c) => (r + c) / (n + m)).Where(p => p > 0).Select(p => Math.Sqrt(p * (1 - p) * both))];
        var square = (spreads.Length - 1) * both;
        return new()
        {
            [DistanceMeasure.PopulationStability] = new(PopulationStability.Index(reference, current), square),
            [DistanceMeasure.JensenShannon] = new(Statistics.Distance.JensenShannon(reference, current), Math.Min(1, Math.Sqrt(square / 8 / Math.Log(2)))),
            [DistanceMeasure.Hellinger] = new(Statistics.Distance.Hellinger(reference, current), Math.Min(1, Math.Sqrt(square / 8))),
            [DistanceMeasure.LInfinity] = new(Statistics.Distance.LInfinity(reference, current), Math.Min(1, MeanOfLargest(spreads))),
        };
    }

    public static void AddOrdered(Dictionary<DistanceMeasure, MeasuredDistance> distances, AlignedNumbers numbers, double largest, double referenceDeviation)
    {
        double n = numbers.Reference.Sum(), m = numbers.Current.Sum();
        distances[DistanceMeasure.KolmogorovSmirnov] = new(largest, Math.Min(1, Math.Sqrt(Math.PI / 2 * ((1 / n) + (1 / m))) * Math.Log(2)));
        var (area, noise) = Areas(numbers);
        distances[DistanceMeasure.Wasserstein] = new(Wasserstein.Normalized(area, referenceDeviation), Wasserstein.Normalized(noise, referenceDeviation));
    }

    // Of the finite numbers. Between two edges both distribution functions are straight.
    private static (double Area, double Noise) Areas(AlignedNumbers numbers)
    {
        var from = numbers.Count > 0 && double.IsInfinity(numbers.Low[0]) ? 1 : 0;
        var to = numbers.Count > from && double.IsInfinity(numbers.High[^1]) ? numbers.Count - 1 : numbers.Count;
        double n = 0, m = 0;
        for (var i = from; i < to; i++)
        {
            n += numbers.Reference[i];
            m += numbers.Current[i];
        }

        if (n == 0 || m == 0) return (double.NaN, double.NaN);
        double area = 0, noise = 0, f = 0, g = 0;
        for (var i = from; i < to; i++)
        {
            if (i > from)
            {
                var gap = numbers.Low[i] - numbers.High[i - 1];
                area += gap * Math.Abs(f - g);
                noise += gap * Spread(f, g, n, m);
            }

            var (before, width) = (f - g, numbers.High[i] - numbers.Low[i]);
            noise += width * Spread(f, g, n, m) / 2;
            f += numbers.Reference[i] / n;
            g += numbers.Current[i] / m;
            noise += width * Spread(f, g, n, m) / 2;
            var after = f - g;
            if (width == 0 || (before == 0 && after == 0)) continue;
            area += width * (before * after >= 0 ? Math.Abs(before + after) / 2 : ((before * before) + (after * after)) / (2 * (Math.Abs(before) + Math.Abs(after))));
        }

        return (area, Math.Sqrt(2 / Math.PI * ((1 / n) + (1 / m))) * noise);
    }

    private static double Spread(double f, double g, double n, double m)
    {
        var pooled = Math.Clamp(((f * n) + (g * m)) / (n + m), 0, 1);
        return Math.Sqrt(pooled * (1 - pooled));
    }

    // The mean of the largest of independent normal variables without their signs: the area above their distribution function.
    private static double MeanOfLargest(double[] spreads)
    {
        const int Steps = 40;
        var most = spreads.DefaultIfEmpty(0).Max();
        if (most == 0) return 0;
        var (sum, step) = (0.0, 5 * most / Steps);
        for (var i = 0; i < Steps; i++)
        {
            var below = 1.0;
            foreach (var spread in spreads)
            {
                if (spread > 0) below *= 1 - Tail((i + 0.5) * step / spread);
            }

            sum += (1 - below) * step;
        }

        return sum;
    }

    // Both tails of the normal distribution to seven digits, which is enough here and quick; Abramowitz and Stegun 7.1.26.
    private static double Tail(double z)
    {
        var t = 1 / (1 + (0.3275911 * z / Math.Sqrt(2)));
        return t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-z * z / 2);
    }
}
