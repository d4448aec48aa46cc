using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>The distances and tests of this library against those of SciPy, on the same samples.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class SciPyTests
{
    private const string File = "monitoring/univariate_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(File, c => c.GetProperty("source").GetString() is "scipy" or "derived");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_SciPy(string id)
    {
        var one = Oracles.Case(File, id);
        var pair = Oracles.Read($"monitoring/pairs/{one.GetProperty("pair").GetString()}.json");
        var (reference, current) = (pair.GetProperty("ref"), pair.GetProperty("cur"));
        var parameters = one.GetProperty("params");
        var isNumerical = pair.GetProperty("type").GetString() == "numerical";
        var (first, second) = isNumerical ? (Numbers(reference), Numbers(current)) : ([], []);
        var (counts1, counts2) = isNumerical ? ([], []) : Counts(reference, current);
        string Parameter(string name) => parameters.TryGetProperty(name, out var value) ? value.ToString() : "";
        var correct = Parameter("correction") == "True";
        var (statistic, pValue) = one.GetProperty("method").GetString() switch
        {
            "ks_2samp" => KolmogorovSmirnovOf(first, second, Parameter("method") == "exact"),
            "wasserstein_distance" => new(Wasserstein.Of(first, second), double.NaN),
            "energy_distance" => new(EnergyDistance.Of(first, second), double.NaN),
            "anderson_ksamp" => AndersonDarling.Test(first, second),
            "cramervonmises_2samp" => CramerVonMises.Test([.. first.Order()], [.. second.Order()], Parameter("method") == "exact"),
            "mannwhitneyu" => MannWhitney.Test([.. first.Order()], [.. second.Order()], AlternativeOf(Parameter("alternative")), mayBeExact: Parameter("method") is "auto" or "exact"),
            "ttest_ind" => StudentTest.Test(first, second),
            "epps_singleton_2samp" => EppsSingleton.Test(first, second),
            "chi2_contingency" => ChiSquareOf([.. counts1, .. counts2], counts1.Length, correct, Parameter("lambda_") == "log-likelihood"),
            "jensenshannon" => new(Distance.JensenShannon(counts1, counts2) * (Parameter("base") == "e" ? Math.Sqrt(Math.Log(2)) : 1), double.NaN),
            "total_variation" => new(Distance.TotalVariation(counts1, counts2), double.NaN),
            "linf" => new(Distance.LInfinity(counts1, counts2), double.NaN),
            var method => throw new NotSupportedException($"No adapter for {method}."),
        };
        var expected = one.GetProperty("expected");
        Near(statistic, Oracles.Number(expected.GetProperty("statistic")), 1e-9);

        // SciPy's series for the limit of the Cramér-von Mises statistic ends at terms of 1e-7, ours at 1e-17.
        if (one.GetProperty("method").GetString() == "cramervonmises_2samp" && Parameter("method") == "asymptotic")
            pValue.Should().BeApproximately(Oracles.Number(expected.GetProperty("p_value")), 1e-9);
        else if (expected.TryGetProperty("p_value", out var p)) Near(pValue, Oracles.Number(p), Parameter("method") == "exact" ? 1e-7 : 1e-9);
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

    private static double[] Numbers(JsonElement values) => [.. values.EnumerateArray().Where(v => v.ValueKind != JsonValueKind.Null).Select(Oracles.Number)];

    private static (long[] First, long[] Second) Counts(JsonElement first, JsonElement second)
    {
        static Dictionary<string, long> Count(JsonElement values) =>
            values.EnumerateArray().Where(v => v.ValueKind != JsonValueKind.Null).GroupBy(v => v.ToString()).ToDictionary(g => g.Key, g => g.LongCount());
        var (a, b) = (Count(first), Count(second));
        var names = a.Keys.Union(b.Keys).Order(StringComparer.Ordinal).ToArray();
        return ([.. names.Select(n => a.GetValueOrDefault(n))], [.. names.Select(n => b.GetValueOrDefault(n))]);
    }

    private static void Near(double actual, double expected, double tolerance) => actual.Should().BeApproximately(expected, tolerance * Math.Max(1e-9, Math.Abs(expected)));
}
