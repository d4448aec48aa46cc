using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>Evidently's drift scores, by its bins and the distances and tests of this library, on the same samples.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class EvidentlyTests
{
    private const string File = "monitoring/univariate_cases.json";
    public static IEnumerable<TheoryDataRow<string>> Cases =>
        Oracles.Cases(File, c => c.GetProperty("source").GetString() == "evidently" && c.GetProperty("method").GetString() != "empirical_mmd");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_Evidently(string id)
    {
        var one = Oracles.Case(File, id);
        var (pair, expected) = (SamplePair.Read(one), one.GetProperty("expected"));
        var method = one.GetProperty("method").GetString()!;
        SamplePair.TakesOnly(one);
        if (expected.TryGetProperty("error", out var error))
        {
            AnswersWhereThePeerThrows(method, pair, error.GetString()!);
            return;
        }

        if (method == "default_choice")
        {
            method = DefaultFor(pair);
            ShortNameOf(method).Should().Be(expected.GetProperty("chosen_test").GetString());
        }

        var score = Score(method, pair);
        var drift = Oracles.Number(expected.GetProperty("drift_score"));

        // Where the peer has no number, as of two constants, what counts is that neither alarms. Its Hellinger distance is a root of what rounding leaves of 0.
        if (!double.IsNaN(drift)) score.Should().BeApproximately(drift, Math.Max(SamplePair.Near(drift), method switch { "cramer_von_mises" => SamplePair.SeriesEnd, "hellinger" => 3e-8, _ => 0 }));
        HasDrifted(method, score, Oracles.Number(expected.GetProperty("threshold"))).Should().Be(expected.GetProperty("drifted").GetBoolean());
    }

    public static IEnumerable<TheoryDataRow<string>> DiscrepancyCases =>
        Oracles.Cases(File, c => c.GetProperty("source").GetString() == "evidently" && c.GetProperty("method").GetString() == "empirical_mmd");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(DiscrepancyCases))]
    public void Finds_the_discrepancy_that_Evidently_finds(string id)
    {
        var one = Oracles.Case(File, id);
        var pair = SamplePair.Read(one);
        var (reference, current) = (pair.ReferenceNumbers, pair.CurrentNumbers);
        var found = MeanDiscrepancy.Test(reference, current, 1, new() { Bandwidth = BandwidthOf(reference), BlockRows = 2 * Math.Max(reference.Length, current.Length), Permutations = 1 });

        // The kernel is kept and summed in single precision.
        found.Discrepancy.Should().BeApproximately(one.GetProperty("expected").GetProperty("statistic").GetDouble(), 1e-6);
    }

    // The peer throws on samples of unequal sizes, which is a defect: ours take any sizes, and as the peer's Fisher test two values only.
    private static void AnswersWhereThePeerThrows(string method, SamplePair pair, string error)
    {
        var (reference, current) = SamplePair.Count(pair.Reference, pair.Current);
        if (method == "fisher_exact" && reference.Length > 2)
        {
            error.Should().ContainAny("binary", "equal length");
            return;
        }

        pair.Current.Length.Should().NotBe(pair.Reference.Length, error);
        var chance = method switch
        {
            "g_test" => ChiSquare.LikelihoodRatioTest([.. reference.Concat(current).Select(c => (long)c)], reference.Length, continuityCorrection: false).PValue,
            "fisher_exact" => TwoValues(method, pair),
            _ => throw new NotSupportedException($"No adapter for {method} that throws {error}."),
        };
        chance.Should().BeInRange(0, 1);
    }

    // The peer takes it from the distances within the reference, those of rows to themselves included.
    private static double BandwidthOf(double[] reference)
    {
        var distances = reference.SelectMany(x => reference.Select(y => (x - y) * (x - y))).Order().ToArray();
        var median = distances[(int)Math.Round(0.5 * (distances.Length - 1))];
        return Math.Sqrt(0.5 * (median == 0 ? 1 : median));
    }

    private static double Score(string method, SamplePair pair)
    {
        var (reference, current) = pair.IsNumerical ? (pair.ReferenceNumbers, pair.CurrentNumbers) : ([], []);
        return method switch
        {
            "psi" => Stability(Binned(pair, filled: true)),
            "kl_div" => Of(Binned(pair, filled: true), (r, c) => Distance.KullbackLeibler(r, c)),
            "jensenshannon" => Of(Binned(pair, filled: false), (r, c) => Distance.JensenShannon(r, c) * Math.Sqrt(Math.Log(2))),
            "hellinger" => Of(pair.IsNumerical ? InSturgesBins(pair, distinct: true) : SamplePair.Count(pair.Reference, pair.Current), (r, c) => Distance.Hellinger(r, c)),
            "wasserstein_normed" => Wasserstein.Normalized(Wasserstein.Of(reference, current), Math.Sqrt(reference.Select(x => Math.Pow(x - reference.Average(), 2)).Average())),
            "ed" => EnergyDistance.Of(reference, current),
            "ks" => KolmogorovSmirnov.Test(reference, current).PValue,
            "cramer_von_mises" => CramerVonMises.Test([.. reference.Order()], [.. current.Order()]).PValue,
            "anderson" => AndersonDarling.Test(reference, current).PValue,
            "es" => EppsSingleton.Test(reference, current).PValue,
            "t_test" => StudentTest.Test(reference, current).PValue,
            "mannw" => MannWhitney.Test([.. reference.Order()], [.. current.Order()], Alternative.Less).PValue,
            "chisquare" => OneSample(SamplePair.Count(pair.Reference, pair.Current), (c, e) => Math.Pow(c - e, 2) / e),
            "g_test" => OneSample(SamplePair.Count(pair.Reference, pair.Current), (c, e) => c == 0 ? 0 : 2 * c * Math.Log(c / e)),
            "fisher_exact" or "z" => TwoValues(method, pair),
            _ => throw new NotSupportedException($"No adapter for {method}."),
        };
    }

    private static double Of((double[] Reference, double[] Current) weights, Func<double[], double[], double> distance) => distance(weights.Reference, weights.Current);

    // Of shares that were filled where they were 0, and so do not add up to 1.
    private static double Stability((double[] Reference, double[] Current) shares)
    {
        var (r, c) = (shares.Reference.Sum(), shares.Current.Sum());
        return (r * (Distance.KullbackLeibler(shares.Reference, shares.Current) + Math.Log(r / c))) + (c * (Distance.KullbackLeibler(shares.Current, shares.Reference) + Math.Log(c / r)));
    }

    // Takes the reference as known for certain, as the peer does.
    private static double OneSample((double[] Reference, double[] Current) counts, Func<double, double, double> term)
    {
        var scale = counts.Current.Sum() / counts.Reference.Sum();
        var statistic = counts.Reference.Zip(counts.Current, (r, c) => term(c, r * scale)).Sum();
        return counts.Reference.Length > 1 ? ChiSquare.UpperTail(statistic, counts.Reference.Length - 1) : double.NaN;
    }

    private static double TwoValues(string method, SamplePair pair)
    {
        var least = pair.Reference.Concat(pair.Current).Min(StringComparer.Ordinal);
        var (first, second) = (pair.Reference.LongCount(v => v != least), pair.Current.LongCount(v => v != least));
        return method == "z"
            ? TwoProportionTest.PValue(first, pair.Reference.Length, second, pair.Current.Length)
            : FisherExact.PValue(first, pair.Reference.Length, second, pair.Current.Length);
    }

    private static (double[] Reference, double[] Current) Binned(SamplePair pair, bool filled)
    {
        var (reference, current) = pair.IsNumerical && pair.Reference.Distinct().Count() > 20 ? InSturgesBins(pair, distinct: false) : SamplePair.Count(pair.Reference, pair.Current);
        var (r, c) = (Shares(reference, pair.Reference.Length), Shares(current, pair.Current.Length));
        return filled ? (Filled(r), Filled(c)) : (r, c);
    }

    private static (double[] Reference, double[] Current) InSturgesBins(SamplePair pair, bool distinct)
    {
        var (reference, current) = (pair.ReferenceNumbers, pair.CurrentNumbers);
        double[] both = distinct ? [.. reference.Concat(current).Distinct()] : [.. reference, .. current];
        var edges = SamplePair.Edges(both, (both.Max() - both.Min()) / (Math.Log2(both.Length) + 1));
        return (SamplePair.Histogram(reference, edges), SamplePair.Histogram(current, edges));
    }

    private static double[] Shares(double[] counts, int rows) => [.. counts.Select(c => c / rows)];

    private static double[] Filled(double[] shares)
    {
        var least = shares.Where(s => s > 0).Min();
        return [.. shares.Select(s => s > 0 ? s : least <= 0.0001 ? least / 1_000_000 : 0.0001)];
    }

    private static string DefaultFor(SamplePair pair)
    {
        var values = pair.Reference.Union(pair.Current).Count();
        if (pair.Reference.Length > 1000) return pair.IsNumerical && values > 5 ? "wasserstein_normed" : "jensenshannon";
        return pair.IsNumerical && values > 5 ? "ks" : values > 2 ? "chisquare" : "z";
    }

    private static string ShortNameOf(string method) => method == "wasserstein_normed" ? "wasserstein" : method;

    private static bool HasDrifted(string method, double score, double threshold) => method switch
    {
        "ks" or "cramer_von_mises" => score <= threshold,
        "chisquare" or "z" or "t_test" or "mannw" or "es" or "fisher_exact" or "anderson" or "g_test" => score < threshold,
        _ => score >= threshold,
    };
}
