using System.Text.Json;
using MlOps.Core;

namespace MlOps.DataValidation.Tests.Expectations;

public sealed class SuiteJsonTests
{
    private static readonly ExpectationSuite Suite = ExpectationSuite.Create("all", s =>
    {
        s.RowCount(1, 9).RowCountOf("other").ColumnCount(1).ColumnsAre(["a", "b"], ordered: true).Add(new ColumnExists("a", 0)).Rows("a > b");
        s.Column("a").NotNull(0.5).Null().Finite().Unique().Between(1, 2.5, strictMin: true).Between(new DateOnly(2026, 1, 1)).InSet(1, "x", true, 1.5m, default).NotInSet(2).In("other", "k");
        s.Column("a").AsWarning().Where("b = 'x'").Missing(NullPolicy.Judge).OfType(ColumnType.Int64, ColumnType.Float64).Is(Comparison.Less, "b").Ordered(true, true);
        s.Column("a").Length(1).Matches("^a").DoesNotMatch("b").Like("a%").DateFormat("%Y").Json().JsonSchema("{}").Add(new DateParseable("a"));
        s.Column("a").Mean(0).Median(0).Quantiles(new QuantileRange(0.5, 1, 2)).Distinct(SetRelation.Equal, 1, 2).MostCommon("x").ZScores(3).Fresh(TimeSpan.FromDays(1));
        s.Columns("a", "b").Unique().UniqueWithinRow().SumTo(1.5, 0.1).In("other");
        s.Add(new PairsInSet("a", "b", [[1, default]])).Add(new ReadsAsNumber("a", true, 1, null, true, true)).Add(new RealBetween("a", 0.5, null, true, false));
        s.Add(new KlDivergenceBelow("a", Partition.OfBins([0, 1], [0.9], [0.05, 0.05]), 0.1)).Add(new ChiSquareAbove("a", Partition.OfValues(["x", "y"], [0.5, 0.5])));
        s.Add(new KolmogorovSmirnovAbove("a", new(DistributionFamily.Normal, 0, 1))).Add(new BootstrappedKolmogorovSmirnovAbove("a", Partition.OfBins([0, 1], [1]))).Add(new CramersPhiBelow("a", "b"));
    });

    [Fact]
    public void A_suite_survives_json()
    {
        var json = JsonSerializer.Serialize(Suite, MlOpsJson.Options);
        var back = JsonSerializer.Deserialize<ExpectationSuite>(json, MlOpsJson.Options)!;

        JsonSerializer.Serialize(back, MlOpsJson.Options).Should().Be(json);
        back.Expectations.Select(e => e.GetType()).Should().Equal(Suite.Expectations.Select(e => e.GetType()));
        json.Should().Contain("""{"expect":"values_between","min":1,"strictMin":true,"strictMax":false,"max":2.5,"column":"a",""");
    }

    [Fact]
    public void Every_expectation_of_the_room_has_a_name_in_json() =>
        typeof(Expectation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Expectation)) && !t.IsAbstract).Should()
            .OnlyContain(t => Suite.Expectations.Any(e => e.GetType() == t), "each stands in the suite of the test above");
}
