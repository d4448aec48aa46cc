using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>The distances and tests of this library against those of SciPy, on the same samples.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class SciPyTests
{
    private const string File = "monitoring/univariate_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(File, c => c.GetProperty("source").GetString() is not ("evidently" or "nannyml"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_SciPy(string id)
    {
        var one = Oracles.Case(File, id);
        var pair = SamplePair.Read(one);
        var parameters = one.GetProperty("params");
        var (first, second) = pair.IsNumerical ? (pair.ReferenceNumbers, pair.CurrentNumbers) : ([], []);
        var (counts1, counts2) = pair.IsNumerical ? ([], []) : Counts(pair);
        string Parameter(string name) => parameters.TryGetProperty(name, out var value) ? value.ToString() : "";
        string OneOf(string name, params string[] known) => Parameter(name) is var value && known.Contains(value) ? value : throw new NotSupportedException($"No adapter for {name} {value}.");
        SamplePair.TakesOnly(one, "method", "alternative", "correction", "lambda_", "base", "equal_var", "midrank");
        var isOneVariance = OneOf("equal_var", "", "True", "False") != "False";
        OneOf("midrank", "", "True");
        var correct = OneOf("correction", "", "True", "False") == "True";
        var method = OneOf("method", "", "auto", "exact", "asymp", "asymptotic");
        var (statistic, pValue) = one.GetProperty("method").GetString() switch
        {
            "ks_2samp" => method == "auto" ? KolmogorovSmirnov.Test(first, second) : KolmogorovSmirnovOf(first, second, method == "exact"),
            "wasserstein_distance" => new(Wasserstein.Of(first, second), double.NaN),
            "energy_distance" => new(EnergyDistance.Of(first, second), double.NaN),
            "anderson_ksamp" => AndersonDarling.Test(first, second),
            "cramervonmises_2samp" => CramerVonMises.Test([.. first.Order()], [.. second.Order()], method == "exact"),
            "mannwhitneyu" => MannWhitney.Test([.. first.Order()], [.. second.Order()], AlternativeOf(OneOf("alternative", "two-sided", "less", "greater")), method switch { "auto" => MannWhitney.ExactLimit, "exact" => int.MaxValue, _ => 0 }),
            "ttest_ind" => isOneVariance ? StudentTest.Test(first, second) : WelchTest.Test(first, second),
            "epps_singleton_2samp" => EppsSingleton.Test(first, second),
            "chi2_contingency" => ChiSquareOf([.. counts1, .. counts2], counts1.Length, correct, OneOf("lambda_", "", "pearson", "log-likelihood") == "log-likelihood"),
            "jensenshannon" => new(Distance.JensenShannon(counts1, counts2) * (OneOf("base", "e", "2") == "e" ? Math.Sqrt(Math.Log(2)) : 1), double.NaN),
            "total_variation" => new(Distance.TotalVariation(counts1, counts2), double.NaN),
            "linf" => new(Distance.LInfinity(counts1, counts2), double.NaN),
            var name => throw new NotSupportedException($"No adapter for {name}."),
        };
        var expected = one.GetProperty("expected");
        Near(statistic, Oracles.Number(expected.GetProperty("statistic")), 1e-9);
        if (expected.TryGetProperty("dof", out var degrees)) degrees.GetDouble().Should().Be(counts1.Length - 1);

        // SciPy's series for the limit of the Cramér-von Mises statistic ends at terms of 1e-7, ours at 1e-17.
        if (one.GetProperty("method").GetString() == "cramervonmises_2samp" && method == "asymptotic")
            pValue.Should().BeApproximately(Oracles.Number(expected.GetProperty("p_value")), SamplePair.SeriesEnd);
        else if (expected.TryGetProperty("p_value", out var p)) Near(pValue, Oracles.Number(p), method == "exact" ? 1e-7 : 1e-9);
        if (expected.TryGetProperty("p_value_floored_0p001_capped_0p25", out var floored)) Near(pValue, Oracles.Number(floored), 1e-9);
    }

    private static Alternative AlternativeOf(string name) => name switch
    {
        "less" => Alternative.Less,
        "greater" => Alternative.Greater,
        _ => Alternative.TwoSided,
    };

    private static TestResult KolmogorovSmirnovOf(double[] first, double[] second, bool exact)
    {
        var statistic = KolmogorovSmirnov.Test(first, second).Statistic;
        return new(statistic, exact ? KolmogorovSmirnov.ExactPValue(statistic, first.Length, second.Length) : KolmogorovSmirnov.PValue(statistic, first.Length, second.Length));
    }

    private static TestResult ChiSquareOf(long[] table, int columns, bool correct, bool likelihood)
    {
        var result = likelihood ? ChiSquare.LikelihoodRatioTest(table, columns, correct) : ChiSquare.Test(table, columns, correct);
        return new(result.Statistic, result.PValue);
    }

    private static (long[] First, long[] Second) Counts(SamplePair pair)
    {
        var (first, second) = SamplePair.Count(pair.Reference, pair.Current);
        return ([.. first.Select(c => (long)c)], [.. second.Select(c => (long)c)]);
    }

    // Of two constants, and of a single value, SciPy has no answer; what ours says of them is said in the tests of each method.
    private static void Near(double actual, double expected, double tolerance)
    {
        if (!double.IsNaN(expected)) actual.Should().BeApproximately(expected, tolerance * Math.Max(1e-9, Math.Abs(expected)));
    }
}
