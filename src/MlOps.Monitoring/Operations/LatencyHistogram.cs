namespace MlOps.Monitoring;

/// <summary>Counts latencies in bins that each reach two parts in a hundred further than the one before, so that a quantile is right to one part in a hundred, whatever its size.</summary>
/// <remarks>C. Masson, J. Rim, H. Lee, DDSketch, PVLDB 12, 2019, with the bins from a nanosecond to a day and more.</remarks>
internal sealed class LatencyHistogram
{
    private const double Least = 1e-9;
    private const double Growth = 1.02;
    private const int Bins = 1700;

    private static readonly double Step = Math.Log(Growth);

    private readonly long[] _counts = new long[Bins];

    /// <summary>Gets how many latencies were counted.</summary>
    public long Count { get; private set; }

    /// <summary>Counts a latency in seconds. NaN, infinities and negative ones are left out.</summary>
    public void Add(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds < 0) return;
        _counts[seconds <= Least ? 0 : Math.Min(Bins - 1, (int)Math.Ceiling(Math.Log(seconds / Least) / Step))]++;
        Count++;
    }

    /// <summary>Gives the latency that a share of all took at most; NaN without one.</summary>
    public double Quantile(double share)
    {
        if (Count == 0) return double.NaN;
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var bin = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[bin]) bin++;
        return bin == 0 ? 0 : Least * Math.Pow(Growth, bin) * 2 / (1 + Growth);
    }
}
