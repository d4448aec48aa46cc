namespace MlOps.Statistics;

/// <summary>A limit of a distance in standard deviations of what it is on parts of the reference, corrected for the size of the sample that it is for.</summary>
/// <remarks>
/// A distance is chance and change together, and its chance part depends on the rows: the mean and three standard deviations of parts of one size are broken by half the parts of half that size. So the square of each
/// part's distance is taken apart into the noise of its own size and the rest. The limit for another size puts its noise and its scatter in place of theirs:
/// limit² = noise² + mean rest + sigmas · sqrt(scatter² + variance of the rest beyond scatter).
/// </remarks>
public static class SigmaLimit
{
    /// <summary>Computes the upper limit.</summary>
    /// <param name="measure">How the distance is measured.</param>
    /// <param name="parts">The parts of the reference held against the whole reference.</param>
    /// <param name="current">The comparison that the limit is for, of which only the sizes and bins matter.</param>
    /// <param name="sigmas">How many standard deviations.</param>
    /// <returns>The limit; without parts it is that of noise alone. NaN when the distance was not measured.</returns>
    public static double Upper(DistanceMeasure measure, IEnumerable<ColumnChange> parts, ColumnChange current, double sigmas)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(current);
        var noise = Square(measure, current.Distance(measure).Noise);
        if (double.IsNaN(noise)) return double.NaN;
        double count = 0, sum = 0, squares = 0, scatters = 0;
        foreach (var part in parts)
        {
            var distance = part.Distance(measure);
            if (double.IsNaN(distance.Value)) continue;

            // The part is in the reference too, so it differs from it less than another sample of its size.
            double n = part.ReferenceRows, m = part.CurrentRows;
            var own = Square(measure, distance.Noise) * Math.Max(0, n - m) / (n + m);
            var rest = Square(measure, distance.Value) - own;
            count++;
            sum += rest;
            squares += rest * rest;
            scatters += Math.Pow(Scatter(measure, part) * own, 2);
        }

        var mean = count > 0 ? Math.Max(0, sum / count) : 0;
        var beyond = count > 1 ? Math.Max(0, ((squares - (sum * sum / count)) / (count - 1)) - (scatters / count)) : 0;
        var limit = noise + mean + (sigmas * Math.Sqrt(Math.Pow(Scatter(measure, current) * noise, 2) + beyond));
        return measure == DistanceMeasure.PopulationStability ? limit : Math.Sqrt(limit);
    }

    private static double Square(DistanceMeasure measure, double distance) => measure == DistanceMeasure.PopulationStability ? distance : distance * distance;

    // The standard deviation of the squared distance as a share of its mean: of chi-square in bins; of Kolmogorov's distribution and its like about 0.7.
    private static double Scatter(DistanceMeasure measure, ColumnChange change) => measure is DistanceMeasure.PopulationStability or DistanceMeasure.JensenShannon or DistanceMeasure.Hellinger
        ? Math.Sqrt(2.0 / Math.Max(1, change.Bins.Count - 1))
        : measure == DistanceMeasure.Wasserstein ? 1.2 : 0.7;
}
