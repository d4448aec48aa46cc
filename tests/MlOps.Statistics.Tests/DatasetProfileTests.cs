using CsCheck;

namespace MlOps.Statistics.Tests;

public class DatasetProfileTests
{
    [Fact]
    public void Columns_are_profiled_by_name_and_merged()
    {
        var (first, second) = (new DatasetProfile { Fingerprint = "f" }, new DatasetProfile { Fingerprint = "f" });
        first.AddRows(2);
        first.Column("x").Add([1.0, 2]);
        first.Column("only here").Add(["a", "b"]);
        second.AddRows(1);
        second.Column("x").Add([3.0]);
        second.Column("only there").Add([true]);
        first.Merge(second);
        (first.Rows, first["x"].Numbers!.Sum, first["only here"].Rows, first["only there"].Rows, first.Fingerprint).Should().Be((3, 6, 2, 1, "f"));
        first.Columns.Should().Equal(["x", "only here", "only there"]);
        FluentActions.Invoking(() => first["y"]).Should().Throw<KeyNotFoundException>().WithMessage("*'y'*x, only here, only there*");
    }

    [Fact]
    public void A_merge_that_is_refused_changes_nothing()
    {
        var (first, second) = (new DatasetProfile(), new DatasetProfile());
        first.Column("a").Add([1.0]);
        first.Column("b").Add([1.0]);
        second.Column("a").Add([1.0]);
        second.Column("b").Add(["x"]);
        var before = first.ToBytes();
        FluentActions.Invoking(() => first.Merge(second)).Should().Throw<ArgumentException>().WithMessage("*'b'*Real*Text*");
        first.ToBytes().Should().Equal(before);
    }

    [Fact]
    public void A_profile_with_pairs_comes_back_to_the_bit()
    {
        var profile = new DatasetProfile { Fingerprint = "sha256:1" };
        profile.AddRows(3);
        profile.Column("x").Add([1.0, 2, 4]);
        profile.Correlation("x", "y").Add([1.0, 2, 4], [2.0, 3, 9]);
        profile.Contingency("a", "b").Add(["u", "v", null], ["p", "q", "q"]);
        var copy = DatasetProfile.FromBytes(profile.ToBytes());
        copy.ToBytes().Should().Equal(profile.ToBytes());
        DatasetProfile.FromJson(profile.ToJson()).ToBytes().Should().Equal(profile.ToBytes());
        copy.Correlation("y", "x").Pearson.Should().Be(profile.Correlation("x", "y").Pearson);
        copy.Merge(profile);
        copy.Contingency("a", "b").Pairs[("u", "p")].Should().Be(2);
    }

    [Fact]
    public void Correlations_of_parts_merge_to_that_of_the_whole() =>
        Gen.Select(Gen.Select(Gen.Double[-5, 5], Gen.Double[1e6, 1e6 + 1]).Array[2, 300], Gen.Int[0, 300]).Sample((pairs, cut) =>
        {
            double[] x = [.. pairs.Select(p => p.Item1)], y = [.. pairs.Select(p => p.Item2)];
            cut = Math.Min(cut, x.Length);
            var (whole, first, second) = (new Correlation(), new Correlation(), new Correlation());
            whole.Add(x, y);
            first.Add(x.AsSpan(cut), y.AsSpan(cut));
            second.Add(x.AsSpan(0, cut), y.AsSpan(0, cut));
            first.Merge(second);
            first.Count.Should().Be(whole.Count);
            Profiles.Near(first.Pearson, whole.Pearson, 1);
            Profiles.Near(first.SampleCovariance, whole.SampleCovariance, 1);
        });

    [Fact]
    public void Pearsons_coefficient_is_the_textbooks()
    {
        // numpy.corrcoef([1, 2, 3, 4, 5], [2, 1, 4, 3, 7]) = 0.8219949365267863 (by hand: 3 / sqrt(10 * 21.2) * 4).
        var correlation = new Correlation();
        correlation.Add([1.0, 2, 3, 4, 5, double.NaN, 9], [2.0, 1, 4, 3, 7, 1, double.PositiveInfinity]);
        correlation.Count.Should().Be(5);
        correlation.Pearson.Should().BeApproximately(12 / Math.Sqrt(10 * 21.2), 1e-15);
        correlation.SampleCovariance.Should().Be(3);
        new Correlation().Pearson.Should().Be(double.NaN);
    }

    [Fact]
    public void Cramers_V_goes_from_independent_to_determined()
    {
        var table = new ContingencyTable();
        table.Add("a", "x", 10);
        table.Add("b", "y", 20);
        table.CramersV.Should().BeApproximately(1, 1e-15);
        table.DegreesOfFreedom.Should().Be(1);
        table.MutualInformation.Should().BeApproximately(-(Math.Log(1 / 3.0) / 3) - (Math.Log(2 / 3.0) * 2 / 3), 1e-14);
        var independent = new ContingencyTable();
        foreach (var (first, second, count) in ((string, string, long)[])[("a", "x", 10), ("a", "y", 20), ("b", "x", 30), ("b", "y", 60)]) independent.Add(first, second, count);
        independent.CramersV.Should().BeApproximately(0, 1e-8);
        independent.CorrectedCramersV.Should().BeApproximately(0, 1e-8);

        // scipy.stats.contingency.association([[10, 20, 30], [6, 9, 17]], "cramer") = sqrt(0.27157465150403504 / 92).
        var table3 = new ContingencyTable();
        foreach (var (first, second, count) in ((string, string, long)[])[("a", "x", 10), ("a", "y", 20), ("a", "z", 30), ("b", "x", 6), ("b", "y", 9), ("b", "z", 17)]) table3.Add(first, second, count);
        table3.CramersV.Should().BeApproximately(Math.Sqrt(0.27157465150403504 / 92), 1e-14);
        new ContingencyTable().CramersV.Should().Be(double.NaN);
    }

    [Fact]
    public void A_table_of_too_many_pairs_says_so_in_any_order()
    {
        var (first, second) = (new ContingencyTable(), new ContingencyTable());
        for (var i = 0; i < 40_000; i++)
        {
            first.Add("a" + i, "b", 1);
            second.Add("c" + i, "b", 1);
        }

        first.IsOverfull.Should().BeFalse();
        first.Merge(second);
        (first.IsOverfull, first.Count, first.CramersV).Should().Be((true, 80_000, double.NaN));
        second.Merge(first);
        (second.IsOverfull, second.Count).Should().Be((true, 120_000));
    }

    [Fact]
    public void Ten_thousand_columns_are_no_trouble()
    {
        var profile = new DatasetProfile();
        for (var i = 0; i < 10_000; i++) profile.Column("c" + i).Add([i, i + 0.5, double.NaN]);
        profile.AddRows(3);
        var copy = DatasetProfile.FromBytes(profile.ToBytes());
        copy.Columns.Should().HaveCount(10_000);
        copy["c9999"].Numbers!.Max.Should().Be(9999.5);
    }
}
