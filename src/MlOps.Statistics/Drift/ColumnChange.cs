namespace MlOps.Statistics;

/// <summary>How a column differs from its reference: whether chance explains it, how large the difference is, and where it lies.</summary>
/// <param name="ReferenceRows">The rows of the reference, missing values included.</param>
/// <param name="CurrentRows">The current rows, missing values included.</param>
/// <param name="ReferenceMissing">How many values the reference lacks. NaN is a missing value.</param>
/// <param name="CurrentMissing">How many are lacking now.</param>
public sealed record ColumnChange(long ReferenceRows, long CurrentRows, long ReferenceMissing, long CurrentMissing)
{
    /// <summary>Gets why the distributions cannot be compared; null when they can.</summary>
    public string? Problem { get; init; }

    /// <summary>Gets the test of the distribution by which the chance is <see cref="PValue"/>.</summary>
    public ChangeTest Test { get; init; }

    /// <summary>Gets the statistic of that test; NaN when none was made.</summary>
    public double Statistic { get; init; } = double.NaN;

    /// <summary>Gets the chance that the values are distributed so differently when nothing has changed; NaN when no test was made.</summary>
    public double PValue { get; init; } = double.NaN;

    /// <summary>Gets the chance of so different a share of missing values; NaN without rows on a side.</summary>
    public double MissingPValue { get; init; } = double.NaN;

    /// <summary>Gets the share of the current values that are categories which the reference never had; NaN for numbers, and where there are too many categories to know.</summary>
    public double UnseenShare { get; init; } = double.NaN;

    /// <summary>Gets the share of such categories that is to be expected when nothing has changed.</summary>
    public double ExpectedUnseenShare { get; init; } = double.NaN;

    /// <summary>Gets the chance of as many.</summary>
    public double UnseenPValue { get; init; } = double.NaN;

    /// <summary>Gets the distances, by how they are measured; none when the distributions were not compared.</summary>
    public IReadOnlyDictionary<DistanceMeasure, MeasuredDistance> Distances { get; init; } = new Dictionary<DistanceMeasure, MeasuredDistance>();

    /// <summary>Gets the bins in which the distances are measured, for pictures: numbers in ascending order, categories by their rows.</summary>
    public IReadOnlyList<ChangedBin> Bins { get; init; } = [];

    /// <summary>Gets the share of missing values in the reference; NaN without rows.</summary>
    public double ReferenceMissingShare => ReferenceRows == 0 ? double.NaN : (double)ReferenceMissing / ReferenceRows;

    /// <summary>Gets the share of missing values now; NaN without rows.</summary>
    public double CurrentMissingShare => CurrentRows == 0 ? double.NaN : (double)CurrentMissing / CurrentRows;

    /// <summary>Gives the distance of one kind.</summary>
    /// <param name="measure">How it is measured.</param>
    /// <returns>The distance; NaN when it was not measured, as the Wasserstein distance of categories.</returns>
    public MeasuredDistance Distance(DistanceMeasure measure) => Distances.TryGetValue(measure, out var distance) ? distance : new(double.NaN, double.NaN);

    /// <summary>Gives the bins that contribute most to the population stability index, the largest contribution first.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>The bins with their shares in the index.</returns>
    public IReadOnlyList<BinContribution> TopContributors(int count)
    {
        var parts = PopulationStability.Parts([.. Bins.Select(b => b.Reference)], [.. Bins.Select(b => b.Current)]);
        var (all, n, m) = (parts.Sum(), Bins.Sum(b => (double)b.Reference), Bins.Sum(b => (double)b.Current));
        return [.. Bins.Zip(parts, (bin, part) => new BinContribution(bin.Name, bin.Reference / n, bin.Current / m, all > 0 ? part / all : 0))
            .Where(c => c.Contribution > 0).OrderByDescending(c => c.Contribution).Take(count)];
    }
}

/// <summary>The tests by which the distribution of a column is judged.</summary>
public enum ChangeTest
{
    /// <summary>None was made.</summary>
    None,

    /// <summary>The largest distance of the distribution functions (Kolmogorov and Smirnov).</summary>
    KolmogorovSmirnov,

    /// <summary>Pearson's test of two samples in bins that both fill.</summary>
    ChiSquare,

    /// <summary>Fisher's exact test of two values.</summary>
    Fisher,

    /// <summary>Pearson's test of sparse categories, by drawing anew which rows belong to which sample.</summary>
    Permutation,
}

/// <summary>How the size of a change is measured.</summary>
public enum DistanceMeasure
{
    /// <summary>The population stability index.</summary>
    PopulationStability,

    /// <summary>The Jensen-Shannon distance, base 2, from 0 to 1.</summary>
    JensenShannon,

    /// <summary>The Hellinger distance, from 0 to 1.</summary>
    Hellinger,

    /// <summary>The largest difference of any bin's share, from 0 to 1.</summary>
    LInfinity,

    /// <summary>The largest difference of the distribution functions, from 0 to 1; of numbers only.</summary>
    KolmogorovSmirnov,

    /// <summary>The Wasserstein distance in standard deviations of the reference; of numbers only.</summary>
    Wasserstein,
}

/// <summary>A distance, and what it is on average when nothing has changed: two samples always differ.</summary>
/// <param name="Value">The distance.</param>
/// <param name="Noise">The distance to be expected when nothing has changed, for samples of these sizes.</param>
public readonly record struct MeasuredDistance(double Value, double Noise);

/// <summary>A bin of a column and how many rows fell into it.</summary>
/// <param name="Name">What is in it, for people.</param>
/// <param name="Reference">The rows of the reference.</param>
/// <param name="Current">The current rows.</param>
public readonly record struct ChangedBin(string Name, long Reference, long Current);

/// <summary>How much a bin contributes to a change.</summary>
/// <param name="Name">What is in it.</param>
/// <param name="Reference">Its share of the reference.</param>
/// <param name="Current">Its share of the current values.</param>
/// <param name="Contribution">Its share of the population stability index, from 0 to 1.</param>
public readonly record struct BinContribution(string Name, double Reference, double Current, double Contribution);
