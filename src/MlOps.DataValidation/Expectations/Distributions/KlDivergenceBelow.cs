using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>The Kullback-Leibler divergence of a column from an expected distribution is at most some number of nats.</summary>
/// <param name="Column">The column.</param>
/// <param name="Expected">The expected distribution.</param>
/// <param name="Threshold">The most nats, not below 0.</param>
/// <param name="TailHoldout">The weight, 0 to 1, that is kept for values outside of the distribution; the others are scaled down. Without it one such value makes the divergence infinite.</param>
/// <param name="InternalHoldout">The weight, 0 to 1, that is kept for bins whose expected weight is 0.</param>
/// <remarks>Sum of observed ln(observed / expected) over values or bins, both scaled to 1 (Kullback and Leibler 1951).</remarks>
public sealed record KlDivergenceBelow(string Column, Partition Expected, double Threshold, double TailHoldout = 0, double InternalHoldout = 0) : ColumnExpectation(Column)
{
    /// <summary>Gets the expected distribution.</summary>
    public Partition Expected { get; init; } = Expected ?? throw new ArgumentNullException(nameof(Expected));

    /// <summary>Gets the most nats.</summary>
    public double Threshold { get; init; } = Threshold >= 0 ? Threshold : throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "The threshold is not below 0.");

    /// <summary>Gets the weight for values outside.</summary>
    public double TailHoldout { get; init; } = Holdout(TailHoldout, (Expected.Tails is not null || (Expected.Edges is { } e && double.IsInfinity(e[0]) && double.IsInfinity(e[^1]))) && TailHoldout > 0);

    /// <summary>Gets the weight for empty bins.</summary>
    public double InternalHoldout { get; init; } = Holdout(InternalHoldout, Expected.Values is not null && InternalHoldout > 0);

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"the distribution of '{Column}' diverges from the expected one by at most {Threshold} nats");

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        var counts = plan.Share($"{column.Index}", this, () => new ValueCounts(column, plan.Options.MaxDistinct));
        return new AggregateCheck(this, [column.Index], _ => Judge(counts), counts);
    }

    private Outcome Judge(ValueCounts counts)
    {
        if (counts.Total == 0) return new(false, default, "there are no values");
        var (observed, expected, details) = Expected.Values is null ? Bins(counts) : Values(counts);
        var divergence = Divergence(observed, expected);
        return new(divergence <= Threshold, divergence, double.IsInfinity(divergence) ? "it has values where none are expected, so the divergence is infinite" : string.Create(CultureInfo.InvariantCulture, $"it is {divergence:0.######}"))
        {
            Details = details,
        };
    }

    private (List<double> Observed, List<double> Expected, Dictionary<string, IReadOnlyList<Scalar>> Details) Values(ValueCounts counts)
    {
        var (observed, values, others) = Categories.Align(Expected, counts);
        var expected = Expected.Weights.Select(w => others == 0 ? w : w * (1 - TailHoldout)).Concat(Enumerable.Repeat(others == 0 ? 0 : TailHoldout / others, others)).ToList();
        var shares = observed.ConvertAll(c => (double)c / counts.Total);
        return (shares, expected, Categories.Details(values, shares, expected));
    }

    private (List<double> Observed, List<double> Expected, Dictionary<string, IReadOnlyList<Scalar>> Details) Bins(ValueCounts counts)
    {
        var edges = Expected.Edges!;
        var observed = Histogram(counts, edges);
        var empty = Expected.Weights.Count(w => w == 0);
        var scale = 1 - TailHoldout - InternalHoldout;
        var expected = Expected.Weights.Select(w => w == 0 && InternalHoldout > 0 ? InternalHoldout / empty : w * scale).ToList();
        var (left, right) = (double.IsInfinity(edges[0]), double.IsInfinity(edges[^1]));
        var tails = Expected.Tails ?? (left == right ? [TailHoldout / 2, TailHoldout / 2] : [TailHoldout, TailHoldout]);

        // A bin that reaches to infinity is its tail already.
        if (!left) expected.Insert(0, tails[0]);
        else observed.RemoveAt(0);
        if (!right) expected.Add(tails[1]);
        else observed.RemoveAt(observed.Count - 1);
        return (observed, expected, new()
        {
            ["bins"] = [.. edges.Where(double.IsFinite).Select(e => (Scalar)e)],
            ["observed_weights"] = [.. observed.Skip(1).SkipLast(1).Select(w => (Scalar)w)],
            ["observed_tails"] = [observed[0], observed[^1]],
            ["expected_weights"] = [.. expected.Skip(1).SkipLast(1).Select(w => (Scalar)w)],
            ["expected_tails"] = [expected[0], expected[^1]],
        });
    }

    // Shares below, in each bin and above.
    private static List<double> Histogram(ValueCounts counts, IReadOnlyList<double> edges)
    {
        var shares = new double[edges.Count + 1];
        double[] sorted = [.. edges];
        foreach (var (value, count) in counts.Sorted())
        {
            var number = Bounds.Number(value)!.Value;
            var at = Array.BinarySearch(sorted, number);
            var bin = double.IsNaN(number) ? edges.Count : at < 0 ? ~at : at == edges.Count - 1 ? at : at + 1;
            shares[bin] += (double)count / counts.Total;
        }

        return [.. shares];
    }

    private static double Divergence(List<double> observed, List<double> expected)
    {
        var (p, q) = (observed.Sum(), expected.Sum());
        var sum = 0.0;
        for (var i = 0; i < observed.Count; i++)
        {
            if (observed[i] == 0) continue;
            if (expected[i] == 0) return double.PositiveInfinity;
            sum += observed[i] / p * Math.Log(observed[i] / p / (expected[i] / q));
        }

        return Math.Max(0, sum);
    }

    private static double Holdout(double value, bool misplaced)
    {
        if (value is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(value), value, "A holdout lies between 0 and 1.");
        return misplaced ? throw new ArgumentException("A holdout has no place here: distributions of values have no empty bins, and those with tails or with infinite bins have no room for values outside.") : value;
    }
}

/// <summary>Puts observed and expected categories beside each other.</summary>
internal static class Categories
{
    /// <summary>Counts the expected values, then those that nobody expected.</summary>
    public static (List<long> Counts, List<Scalar> Values, int Others) Align(Partition expected, ValueCounts counts)
    {
        var observed = expected.Values!.Select(counts.Count).ToList();
        var values = expected.Values!.ToList();
        var known = observed.Sum();
        if (known == counts.Total) return (observed, values, 0);
        var seen = expected.Values!.Select(v => v.ToString()).ToHashSet(StringComparer.Ordinal);
        var others = counts.Sorted().Where(v => !seen.Contains(v.Value.ToString())).ToList();
        observed.AddRange(others.Select(o => o.Count));
        values.AddRange(others.Select(o => o.Value));
        return (observed, values, others.Count);
    }

    public static Dictionary<string, IReadOnlyList<Scalar>> Details(List<Scalar> values, List<double> observed, List<double> expected) => new()
    {
        ["values"] = [.. values.Take(100)],
        ["observed_weights"] = [.. observed.Take(100).Select(w => (Scalar)w)],
        ["expected_weights"] = [.. expected.Take(100).Select(w => (Scalar)w)],
    };
}
