using System.Text.Json;
using MlOps.Core;
using MlOps.Peers;

namespace MlOps.FeatureStore.Tests;

/// <summary>The windows and mutations of Chronon, by the local engine.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class ChrononTests
{
    private const string File = "featurestore/chronon_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases() => Oracles.Cases(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Windows_are_those_of_Chronon(string name)
    {
        var one = ChrononCase.Read(Oracles.Case(File, name));
        foreach (var query in one.Queries)
        {
            var fixture = FixtureOf(one, one.EventsFor(query));
            ChrononCase.Check(query, (await fixture.JoinAsync([(query.Key, query.Time)]))[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void So_they_are_online(string name)
    {
        var one = ChrononCase.Read(Oracles.Case(File, name));
        foreach (var query in one.Queries) ChrononCase.Check(query, Online(one, query));
    }

    // Pushes the events as they become known, those of one moment at once, and reads the state as of the moment.
    internal static FeatureValue[] Online(ChrononCase one, ChrononQuery query)
    {
        var plan = new WindowPlan(FixtureOf(one, []).View);
        var state = new WindowState(plan, [.. plan.Columns.Select(c => one.Columns[c])]);
        foreach (var moment in one.EventsFor(query).GroupBy(e => e.MutationTime ?? e.Time).OrderBy(m => m.Key).Where(m => m.Key < query.Time))
        {
            var pushed = moment.Select(e => new WindowStateEvent(e.Time, e.MutationTime ?? long.MinValue, e.IsBefore, [.. plan.Columns.Select(c => e.ValueOf(c, one.Columns[c]))])).ToList();
            state.Push(pushed, moment.Key).Added.Should().Be(pushed.Count);
            state = WindowState.TryRead(plan, state.Write())!;
        }

        var values = new FeatureValue[one.Features.Count];
        state.Read(query.Time, [.. Enumerable.Range(0, values.Length)], values);
        return values;
    }

    internal static WindowFixture FixtureOf(ChrononCase one, IEnumerable<ChrononEvent> events)
    {
        var columns = one.Columns.Select(c => new Column(c.Key, c.Value)).ToList();
        var fixture = new WindowFixture(columns, one.Features, created: one.HasMutations, reversals: one.HasMutations, ColumnType.String);
        foreach (var e in events) fixture.Add(e.Key, e.Time, [.. columns.Select(c => e.ValueOf(c.Name, c.Type))], e.MutationTime, e.IsBefore);
        return fixture;
    }
}

/// <summary>What the reader of Chronon's cases understands, and that it fails at the rest.</summary>
public sealed class ChrononCaseTests
{
    private const string Mutations = """
        {"id":"m","kind":"entity_mutations",
         "snapshots":[{"listing_id":2,"ts":"2021-04-05 03:40:00","rating":3,"ds":"2021-04-08"},{"listing_id":2,"ts":"2021-04-06 03:45:00","rating":4,"ds":"2021-04-08"}],
         "mutations":[
          {"listing_id":2,"ts":"2021-04-09 05:45:00","rating":2,"mutation_ts":"2021-04-09 05:45:00","is_before":false},
          {"listing_id":2,"ts":"2021-04-09 05:45:00","rating":2,"mutation_ts":"2021-04-09 07:00:00","is_before":true},
          {"listing_id":2,"ts":"2021-04-09 05:45:00","rating":5,"mutation_ts":"2021-04-09 07:00:00","is_before":false}],
         "aggregations":[{"name":"average","op":"AVERAGE","window":{"length":4,"unit":"DAYS"}},{"name":"largest","op":"MAX","window_ms":345600000},{"name":"last","op":"LAST","window_ms":null}],
         "expected":[
          {"listing_id":2,"ts":"2021-04-09 01:30:00","average":3.5,"largest":4,"last":4},
          {"listing_id":2,"ts":"2021-04-09 04:30:00","average":4.0,"largest":4,"last":4},
          {"listing_id":2,"ts":"2021-04-09 06:30:00","average":3.0,"largest":4,"last":2},
          {"listing_id":2,"ts":"2021-04-09 07:00:00","average":3.0,"largest":4,"last":2},
          {"listing_id":2,"ts":"2021-04-09 08:30:00","average":4.5,"largest":5,"last":5}]}
        """;

    private const string Snapshot = """
        {"id":"s","kind":"snapshot_accuracy","events":[{"ts":1704067199999,"value":1},{"ts":1704067200000,"value":2}],"queries":[1704110400000],
         "aggregations":[{"name":"sum_1d","op":"SUM","window_ms":86400000},{"name":"last_2","op":"LAST_K","k":2,"window_ms":null}],"expected":[{"query_ts":1704110400000,"sum_1d":1,"last_2":[1]}]}
        """;

    [Theory]
    [InlineData(Mutations)]
    [InlineData(Snapshot)]
    public async Task Mutations_and_snapshots_are_understood(string json)
    {
        var one = ChrononCase.Read(JsonDocument.Parse(json).RootElement);
        foreach (var query in one.Queries)
        {
            ChrononCase.Check(query, (await ChrononTests.FixtureOf(one, one.EventsFor(query)).JoinAsync([(query.Key, query.Time)]))[0]);
            ChrononCase.Check(query, ChrononTests.Online(one, query));
        }
    }

    [Theory]
    [InlineData("entity_mutations", "tea_leaves")]
    [InlineData("AVERAGE", "HISTOGRAM")]
    [InlineData("\"mutations\"", "\"changes\"")]
    [InlineData("\"op\":\"MAX\"", "\"op\":\"MAX\",\"bucket\":\"day\"")]
    [InlineData("\"aggregations\"", "\"hop_ms\":1,\"aggregations\"")]
    [InlineData("\"largest\":4,\"last\":2", "\"last\":2")]
    public void A_case_that_is_not_understood_fails(string old, string other)
    {
        var read = () => ChrononCase.Read(JsonDocument.Parse(Mutations.Replace(old, other, StringComparison.Ordinal)).RootElement);
        read.Should().Throw<NotSupportedException>().WithMessage("Case 'm' *");
    }
}
