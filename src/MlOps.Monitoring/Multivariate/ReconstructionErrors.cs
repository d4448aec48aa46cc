using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>What is kept of the reconstruction errors of some rows: their mean and their counts in the bins of the reference. Memory does not grow with the rows.</summary>
internal sealed class ReconstructionErrors(double[] edges)
{
    private const int MaxBins = 400;

    public long[] Counts { get; } = new long[edges.Length + 1];

    public RunningMoments Moments { get; private set; }

    public MeanError Mean => new(Moments.Count, Moments.Count == 0 ? double.NaN : Moments.Mean, Moments.Count == 0 ? double.NaN : Moments.SampleDeviation / Math.Sqrt(Moments.Count));

    public void Add(double error)
    {
        // Past the range of a double an error is the largest of all, and part of no mean.
        if (double.IsFinite(error)) Moments = Moments.With(error);
        var at = Array.BinarySearch(edges, error);
        Counts[at < 0 ? ~at : at]++;
    }

    public void Add(ReconstructionErrors other)
    {
        for (var i = 0; i < Counts.Length; i++) Counts[i] += other.Counts[i];
        var (a, b) = (Moments, other.Moments);
        if (b.Count == 0) return;
        var (count, distance) = (a.Count + b.Count, b.Mean - a.Mean);
        Moments = new(count, a.Mean + (distance * b.Count / count), a.SquaredDistance + b.SquaredDistance + (distance * distance * a.Count / count * b.Count));
    }

    /// <summary>The edges between bins that hold about as many errors each.</summary>
    /// <remarks>Halfway from one error to the next: were they at the errors, all others of a bin would be smaller than the one at its edge, and count as equal to it.</remarks>
    public static double[] Edges(IEnumerable<double> errors)
    {
        var sorted = errors.Order().ToArray();
        var bins = Math.Min(MaxBins, sorted.Length);
        return [.. Enumerable.Range(1, Math.Max(0, bins - 1)).Select(i => (int)((long)i * sorted.Length / bins)).Select(at => (sorted[at - 1] / 2) + (sorted[at] / 2)).Distinct()];
    }
}
