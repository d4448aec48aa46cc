using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class FeatureBuilderTests
{
    private static readonly Dataset Flights = new(
        "flights", Sha256.Hex("flights"), new([new("origin", ColumnType.String), new("arrived", ColumnType.Timestamp), new("delay", ColumnType.Float64), new("seats", ColumnType.Int64)]),
        1, new(Sha256.Hex("flights"), 1), new("parquet", "flights.parquet"), DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_view_says_where_its_features_come_from()
    {
        var view = Defining.Features(features =>
        {
            var airport = features.Entity("airport").Key<string>("airport").OwnedBy("operations");
            features.View("delays").Of(airport).From(Flights).KeyFrom("airport", "origin").EventTime("arrived").CreatedTime("landed").TimeToLive(TimeSpan.FromDays(1))
                .Feature("delay", description: "minutes").Feature("places", column: "seats").OwnedBy("data").Describe("of each airport").Tag("tier", "1").OfflineOnly().SkipNulls();
        }).GetView("delays");
        view.Keys.Should().Equal(new Column("airport", ColumnType.String));
        view.ColumnOf("airport").Should().Be("origin");
        (view.EventTime, view.CreatedTime, view.TimeToLive, view.IsOnline, view.SkipsNulls).Should().Be(("arrived", "landed", TimeSpan.FromDays(1), false, true));
        (view.Owner, view.Description, view.Tags["tier"], view.Entities[0].Owner).Should().Be(("data", "of each airport", "1", "operations"));
        view.Features.Select(f => (f.Name, f.Column, f.Type, f.Description)).Should().Equal(("delay", "delay", ColumnType.Float64, "minutes"), ("places", "seats", ColumnType.Int64, null));
    }

    [Fact]
    public void Windows_give_features_that_say_by_their_names_what_they_are()
    {
        var view = Windowed(a => a.Mean("1h", "24h").Quantile(0.9, "7d").Quantile(0.995, "7d").LastK(2, "1h").TopK(2).Count().ApproximateDistinct(TimeSpan.FromDays(2)));
        view.Features.Select(f => (f.Name, f.Type)).Should().Equal(
            ("delay_mean_1h", ColumnType.Float64), ("delay_mean_24h", ColumnType.Float64), ("delay_p90_7d", ColumnType.Float64), ("delay_p99_5_7d", ColumnType.Float64),
            ("delay_last1_1h", ColumnType.Float64), ("delay_last2_1h", ColumnType.Float64), ("delay_top1", ColumnType.Float64), ("delay_top2", ColumnType.Float64),
            ("delay_count", ColumnType.Int64), ("delay_approx_distinct_2d", ColumnType.Int64));
        view.Features[2].Aggregation.Should().Be(new Aggregation(AggregationKind.Quantile, TimeSpan.FromDays(7)) { Quantile = 0.9 });
        view.Features[5].Aggregation.Should().Be(new Aggregation(AggregationKind.LastK, TimeSpan.FromHours(1)) { K = 2 });
        view.Features[8].Aggregation.Should().Be(new Aggregation(AggregationKind.Count, null));
    }

    [Fact]
    public void A_hop_and_tumbling_hold_for_all_windows_of_a_column()
    {
        var view = Windowed(a => a.Sum("1h", "2h").Hop("10m").Tumbling().As("wait"));
        view.Features.Select(f => f.Name).Should().Equal("wait_sum_1h_tumbling", "wait_sum_2h_tumbling");
        view.Features.Should().OnlyContain(f => f.Aggregation!.Hop == TimeSpan.FromMinutes(10) && f.Aggregation.IsTumbling && f.Column == "delay");
    }

    [Fact]
    public void Events_are_counted_without_a_column()
    {
        var view = Defining.Features(features =>
        {
            features.Entity("airport").Key<string>("airport");
            features.View("delays").Of("airport").FromPushes().EventTime("at").Aggregate(a => a.Count("1h"));
        }).Views[0];
        view.Features.Single().Should().BeEquivalentTo(new Feature("count_1h", ColumnType.Int64) { Column = "", Aggregation = new(AggregationKind.Count, TimeSpan.FromHours(1)) });
    }

    [Fact]
    public void Definitions_of_a_host_may_name_what_another_defines()
    {
        var all = Defining.Features(
            features => features.Service("flight", 2).Add("delays:*"),
            features => features.View("delays").Of("airport").From(Flights).KeyFrom("airport", "origin").EventTime("arrived").Feature("delay").Feature("seats"),
            features => features.Entity("airport").Key<string>("airport"));
        all.GetService("flight@2").Features.Select(f => f.ToString()).Should().Equal("delays:delay", "delays:seats");
    }

    [Fact]
    public void A_service_takes_one_view_twice_with_other_keys_and_names()
    {
        var service = Defining.Features(features =>
        {
            var airport = features.Entity("airport").Key<string>("airport");
            var delays = features.View("delays").Of(airport).From(Flights).EventTime("arrived").Feature("delay").Feature("seats");
            features.Service("flight").Add(delays, part => part.Key("airport", "origin").Prefix("origin_"))
                .Add(delays, part => part.Key("airport", "destination").Only("delay").Named("delay", "delay_there")).OwnedBy("us");
        }).GetService("flight");
        service.Features.Select(f => (f.Name, f.KeyColumns["airport"])).Should().Equal(("origin_delay", "origin"), ("origin_seats", "origin"), ("delay_there", "destination"));
        (service.Version, service.Owner).Should().Be((1, "us"));
    }

    [Fact]
    public void A_function_of_typed_inputs_passes_over_missing_ones()
    {
        var computed = Computed(view => view.Reads("delays:delay").Request<int>("hour").Feature("late", "delay", "hour", (double delay, int hour) => delay > 15 && hour > 6));
        Run(computed, 20.0, 7L).Should().Be((FeatureValue)true);
        Run(computed, 20.0, default).Should().Be(FeatureValue.Missing);
        computed.Features[0].Type.Should().Be(ColumnType.Boolean);
    }

    [Fact]
    public void A_nullable_parameter_takes_a_missing_input()
    {
        var computed = Computed(view => view.Reads("delays:delay").Request<long>("hour").Feature("known", "delay", (double? delay) => delay ?? -1));
        Run(computed, default, 7L).Should().Be((FeatureValue)(-1.0));
    }

    [Fact]
    public void A_function_may_read_its_inputs_itself()
    {
        var computed = Computed(view => view.Reads("delays:delay").Request<long>("hour").Feature<double>("product", inputs => inputs["delay"].ToDouble() * inputs["hour"].ToInt64()).CodeVersion(3));
        Run(computed, 2.0, 4L).Should().Be((FeatureValue)8.0);
        computed.CodeVersion.Should().Be(3);
    }

    [Fact]
    public void A_lambda_names_a_property_of_the_record()
    {
        var view = Defining.Features(features =>
        {
            features.Entity("airport").Key<string>("airport");
            features.View<Landing>("landings").Of("airport").FromPushes().KeyFrom("airport", x => x.Origin).EventTime(x => x.Arrived).CreatedTime(x => x.Known)
                .ReversedBy(x => x.IsBefore).Aggregate(x => x.Delay, a => a.Max("1h")).Aggregate(x => x.Seats, a => a.Sum("1h"));
        }).Views[0];
        (view.ColumnOf("airport"), view.EventTime, view.CreatedTime, view.IsReversal).Should().Be(("origin", "arrived", "known", "isBefore"));
        view.Features.Select(f => (f.Name, f.Type)).Should().Equal(("delay_max_1h", ColumnType.Float64), ("seats_sum_1h", ColumnType.Int64));
    }

    [Fact]
    public void A_lambda_that_names_no_property_is_misuse()
    {
        var act = () => Defining.Features(features => features.View<Landing>("landings").Feature(x => x.Delay + 1));
        act.Should().Throw<ArgumentException>().WithMessage("*names no property of Landing*");
    }

    [Fact]
    public void Attributes_of_a_record_say_the_same()
    {
        var all = Defining.Features(features => features.View<Departure>().FromPushes());
        var view = all.GetView("departures");
        all.Entities.Single().Should().BeEquivalentTo(new Entity("airport", [new("airport", ColumnType.String)]));
        (view.ColumnOf("airport"), view.EventTime, view.CreatedTime, view.TimeToLive, view.Owner).Should().Be(("origin", "at", "known", TimeSpan.FromDays(1), "data"));
        view.Features.Select(f => (f.Name, f.Column, f.Type)).Should().Equal(("delay", "delay", ColumnType.Float64), ("seats", "seats", ColumnType.Int64));
    }

    [Fact]
    public void Attributes_of_a_record_say_windows()
    {
        var view = Defining.Features(features => features.View<Arrival>().FromPushes()).Views[0];
        view.Features.Select(f => f.Name).Should().Equal("wait_mean_1h", "wait_mean_24h", "delay_p90_24h", "delay_last1_24h", "delay_last2_24h", "count_1h");
        view.Features[0].Aggregation!.Hop.Should().Be(TimeSpan.FromMinutes(1));
        view.IsReversal.Should().Be("isBefore");
        view.Keys.Select(k => k.Name).Should().Equal("airport", "carrier");
    }

    [Fact]
    public void Two_records_of_one_entity_agree_on_its_keys() =>
        Defining.ErrorsOf(features =>
        {
            features.Entity("airport").Key<long>("airport");
            features.View<Departure>().FromPushes();
        }).Should().Contain(e => e.Contains("identifies entity 'airport' by airport String, and the entity has airport Int64"));

    [Fact]
    public void The_reference_to_a_service_changes_with_its_order_and_not_with_its_description()
    {
        var one = Referred(s => s.Add("delays:delay", "delays:seats"));
        Referred(s => s.Add("delays:delay", "delays:seats").Describe("other words")).Should().Be(one);
        Referred(s => s.Add("delays:seats", "delays:delay")).Digest.Should().NotBe(one.Digest);
        one.Digest.Should().MatchRegex("^[0-9a-f]{64}$");
    }

    private static FeatureServiceReference Referred(Action<FeatureServiceBuilder> add)
    {
        var all = Defining.Features(features =>
        {
            features.Entity("airport").Key<string>("airport");
            features.View("delays").Of("airport").From(Flights).EventTime("arrived").Feature("delay").Feature("seats");
            add(features.Service("flight"));
        });
        return all.ReferenceTo(all.Services[0]);
    }

    private static FeatureView Windowed(Action<AggregateBuilder> aggregate) => Defining.Features(features =>
    {
        features.Entity("airport").Key<string>("airport");
        features.View("delays").Of("airport").From(Flights).EventTime("arrived").Aggregate("delay", aggregate);
    }).Views[0];

    private static ComputedView Computed(Action<ComputedViewBuilder> compute) => Defining.Features(features =>
    {
        features.Entity("airport").Key<string>("airport");
        features.View("delays").Of("airport").From(Flights).EventTime("arrived").Feature("delay");
        compute(features.Compute("now"));
    }).ComputedViews[0];

    private static FeatureValue Run(ComputedView view, FeatureValue delay, FeatureValue hour) =>
        view.Features[0].Compute(new(new Dictionary<string, int> { ["delay"] = 0, ["hour"] = 1 }, new FeatureValue[] { delay, hour }));

    private sealed record Landing(string Origin, DateTimeOffset Arrived, DateTimeOffset? Known, double? Delay, int Seats, bool IsBefore);

    [FeatureView("departures", "airport", TimeToLive = "24h", Owner = "data")]
    private sealed record Departure(
        [JoinKey("airport")] string Origin, [EventTime] DateTimeOffset At, [CreatedTime] DateTimeOffset Known, [Feature("delay")] double? Delay, [property: Feature] int Seats, string Remark);

    [FeatureView("arrivals")]
    [Aggregate(AggregationKind.Count, "1h")]
    private sealed class Arrival
    {
        [JoinKey("airport", Entity = "airport")]
        public required string Destination { get; init; }

        [JoinKey("carrier", Entity = "carrier")]
        public required string Carrier { get; init; }

        [EventTime]
        public DateTimeOffset At { get; init; }

        [Reversal]
        public bool IsBefore { get; init; }

        [Aggregate(AggregationKind.Mean, "1h", "24h", Hop = "1m", As = "wait")]
        [Aggregate(AggregationKind.Quantile, "24h", Quantile = 0.9)]
        [Aggregate(AggregationKind.LastK, "24h", K = 2)]
        public double Delay { get; init; }
    }
}
