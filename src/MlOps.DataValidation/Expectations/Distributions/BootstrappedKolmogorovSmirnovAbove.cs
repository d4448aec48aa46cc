using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>
/// Of samples that are drawn from a column with replacement, a share above a limit passes the Kolmogorov-Smirnov test, at that same limit, against a distribution of bins whose weights are spread evenly.
/// </summary>
/// <param name="Column">The numeric column.</param>
/// <param name="Expected">The distribution of finite bins, without tails.</param>
/// <param name="PValue">The limit, between 0 and 1, both excluded.</param>
/// <param name="Samples">How many samples are drawn.</param>
/// <param name="SampleSize">How many values a sample has; 0 for twice the number of bins, so that the bins do not show.</param>
/// <remarks>The seed is <see cref="ValidationOptions.Seed"/>: the same data gives the same result.</remarks>
public sealed record BootstrappedKolmogorovSmirnovAbove(string Column, Partition Expected, double PValue = 0.05, int Samples = 1000, int SampleSize = 0) : ColumnExpectation(Column)
{
    /// <summary>Gets the distribution.</summary>
    public Partition Expected { get; init; } =
        Expected is { IsFinite: true, Tails: null } ? Expected : throw new ArgumentException("The distribution must be one of finite bins without tails.", nameof(Expected));

    /// <summary>Gets the limit.</summary>
    public double PValue { get; init; } = PValue is > 0 and < 1 ? PValue : throw new ArgumentOutOfRangeException(nameof(PValue), PValue, "A limit of a p-value lies between 0 and 1, both excluded.");

    /// <summary>Gets how many samples are drawn.</summary>
    public int Samples { get; init; } = Samples is > 0 and <= 1_000_000 ? Samples : throw new ArgumentOutOfRangeException(nameof(Samples), Samples, "From 1 to a million samples can be drawn.");

    /// <summary>Gets how many values a sample has.</summary>
    public int SampleSize { get; init; } = SampleSize is >= 0 and <= 1_000_000 ? SampleSize : throw new ArgumentOutOfRangeException(nameof(SampleSize), SampleSize, "A sample has at most a million values.");

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"more than {PValue} of samples of '{Column}' pass a Kolmogorov-Smirnov test against the expected bins");

    internal override Check Plan(CheckPlan plan)
    {
        var store = ValueStore.Of(plan, this, "a distribution");
        return new AggregateCheck(this, [store.Column], _ =>
        {
            if (store.Count == 0) return new(false, default, "there are no values");
            var (p, edges) = (Test(store, plan.Options.Seed), Expected.Edges!);
            return new(p > PValue, p, string.Create(CultureInfo.InvariantCulture, $"it is {p:0.######}"))
            {
                Details = new Dictionary<string, IReadOnlyList<Scalar>> { ["range"] = [Math.Min(store.At(0), edges[0]), Math.Max(store.At(store.Count - 1), edges[^1])] },
            };
        }, store);
    }

    private double Test(ValueStore store, int seed)
    {
        var random = new Random(seed);
        var sample = new double[SampleSize > 0 ? SampleSize : Expected.Weights.Count * 2];
        var passed = 0;
        for (var i = 0; i < Samples; i++)
        {
            for (var j = 0; j < sample.Length; j++) sample[j] = store.At(random.NextInt64(store.Count));
            Array.Sort(sample);
            if (KolmogorovSmirnov.PValue(KolmogorovSmirnov.Statistic(sample, Below), sample.Length) >= PValue) passed++;
        }

        return (1.0 + passed) / (Samples + 1);
    }

    private double Below(double x)
    {
        var (edges, sum) = (Expected.Edges!, 0.0);
        for (var bin = 0; bin < Expected.Weights.Count; bin++)
        {
            if (x < edges[bin + 1]) return x <= edges[bin] ? sum : sum + (Expected.Weights[bin] * (x - edges[bin]) / (edges[bin + 1] - edges[bin]));
            sum += Expected.Weights[bin];
        }

        return sum;
    }
}
