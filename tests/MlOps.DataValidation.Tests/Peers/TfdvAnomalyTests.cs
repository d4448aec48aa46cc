using MlOps.DataValidation;
using static MlOps.Peers.TfdvSchema;

namespace MlOps.Peers;

/// <summary>TFDV's own cases of schemas held to statistics, through an adapter that maps its names onto ours. The verdict is the set of kinds for each column.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class TfdvAnomalyTests
{
    private const string SchemaFile = "validation/tfdv_schema_anomalies_cases.json";
    private const string DomainFile = "validation/tfdv_domain_cases.json";

    public static IEnumerable<TheoryDataRow<string>> SchemaCases() => Excluding(Oracles.Cases(SchemaFile), SchemaFile);

    public static IEnumerable<TheoryDataRow<string>> DomainCases() => Excluding(Oracles.Cases(DomainFile), DomainFile);

    [Theory]
    [MemberData(nameof(SchemaCases))]
    public void A_schema_is_held_to_statistics_as_the_peer_does(string id)
    {
        var one = Oracles.Case(SchemaFile, id);
        var schema = Read(one.GetProperty("schema"));
        var facts = TfdvStatistics.Read(one.GetProperty("statistics"), schema);
        TfdvVerdict.Of(schema, facts, null, new()).Should().BeEquivalentTo(TfdvVerdict.Expected(one.GetProperty("expected_anomalies")));
        foreach (var after in one.GetProperty("expected_schema_after_fix").EnumerateObject())
        {
            var relaxed = SchemaRelaxation.Relax(schema.Schema, facts, null, new(), TfdvVerdict.Inference());
            TfdvVerdict.Comparable(relaxed[after.Name]).Should().Be(TfdvVerdict.Comparable(Read(after.Value).Schema[after.Name]));
        }
    }

    [Theory]
    [MemberData(nameof(DomainCases))]
    public void A_domain_is_held_to_statistics_as_the_peer_does(string id)
    {
        var one = Oracles.Case(DomainFile, id);
        var statistics = one.GetProperty("feature_statistics");
        var column = Domain(Text(one, "domain_kind")!, one.GetProperty("domain"), Text(statistics, "type") ?? "INT");
        var found = new Findings("x");
        ValueChecks.Check(column, TfdvStatistics.Column(statistics, 0, null) with { Name = "x" }, found);
        if (one.TryGetProperty("expected_valid", out var valid)) found.Found.Should().HaveCount(valid.GetBoolean() ? 0 : 1);
        if (one.TryGetProperty("expect_change", out var change)) (found.Found.Count > 0).Should().Be(change.GetBoolean());
        if (Text(one, "expected_anomaly") is { } kind) found.Found.Select(f => f.Anomaly.Kind).Should().Equal(TfdvNames.Kinds[kind]);
        if (!one.TryGetProperty("expected_domain_after", out var expected)) return;
        var after = SchemaRelaxation.Relax(column, found.Found);
        var isCleared = one.GetProperty("expected_domain_cleared").GetBoolean();
        (after.Range?.Min, after.Range?.Max).Should().Be(isCleared ? (null, null) : (Number(expected, "min"), Number(expected, "max")));
    }

    private static IEnumerable<TheoryDataRow<string>> Excluding(IEnumerable<TheoryDataRow<string>> rows, string file)
    {
        foreach (var row in rows)
        {
            row.Skip ??= row.Data.Length > 0 ? TfdvNames.WhyExcluded(Oracles.Case(file, row.Data).GetRawText()) : null;
            yield return row;
        }
    }
}
