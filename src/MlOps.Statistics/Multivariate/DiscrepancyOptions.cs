namespace MlOps.Statistics;

/// <summary>How <see cref="MeanDiscrepancy"/> tests.</summary>
public sealed record DiscrepancyOptions
{
    /// <summary>Gets the bandwidth of the kernel, in the unit of the rows.</summary>
    /// <value>The default is null: the median distance of rows of both samples.</value>
    public double? Bandwidth { get; init => field = value is null or (> 0 and < double.PositiveInfinity) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Use a number above 0."); }

    /// <summary>Gets how often rows are dealt anew between the samples at most. Fewer where it is soon clear that chance explains the difference.</summary>
    /// <value>The default is 1,999, with which the smallest chance is 1 in 2,000.</value>
    public int Permutations { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Use 1 or more."); } = 1999;

    /// <summary>Gets how many rows of both samples together are held against each other at a time. Memory grows with its square, time with it; larger samples are cut into blocks.</summary>
    /// <value>The default is 500. From 4.</value>
    public int BlockRows { get; init => field = value is >= 4 and <= 20_000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Use 4 to 20,000."); } = 500;

    /// <summary>Gets the seed of what is drawn at random.</summary>
    /// <value>The default is 0.</value>
    public ulong Seed { get; init; }
}
