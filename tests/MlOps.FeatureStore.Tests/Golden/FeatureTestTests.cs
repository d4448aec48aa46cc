using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class FeatureTestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_feature_has_a_golden_test_in_one_call() => FeatureTest.CheckAsync(
        new FlightFeatures(), "airport_delays",
        events: [new Landing("JFK", At(9), 10), new Landing("JFK", At(9.5), 20), new Landing("LHR", At(9.5), 99)],
        expected:
        [
            new { airport = "JFK", at = At(10), delay_mean_1h = (double?)15, delay_count_1h = (long?)2 },
            new { airport = "JFK", at = At(12), delay_mean_1h = (double?)null, delay_count_1h = (long?)null },
        ],
        cancellationToken: Cancel);

    [Fact]
    public async Task What_differs_is_listed_with_its_row()
    {
        var act = () => FeatureTest.CheckAsync(
            new FlightFeatures(), "airport_delays", [new Landing("JFK", At(9), 10)],
            [new { airport = "JFK", at = At(9.5), delay_mean_1h = 10.0 }, new { airport = "LHR", at = At(9.5), delay_mean_1h = 11.0 }], cancellationToken: Cancel);
        (await act.Should().ThrowAsync<FeatureTestException>()).Which.Differences.Should()
            .Equal("Row 2 (airport = LHR, at = 2026-05-01T09:30:00+00:00): delay_mean_1h is missing, and 11 was expected.");
    }

    [Fact]
    public Task A_computed_feature_is_checked_with_its_request() => FeatureTest.CheckAsync(
        new FlightFeatures(), "now", [new Landing("JFK", At(9), 10)], [new { airport = "JFK", event_timestamp = At(9.5), hour = 9L, worse = false, ratio = 0.1 }], tolerance: 0.02, cancellationToken: Cancel);

    [Fact]
    public Task A_service_is_checked_with_the_events_of_each_of_its_views() => FeatureTest.CheckAsync(
        FeatureDefinitions.Of(new FlightFeatures()), "flight@1",
        [FeatureEvents.Of("airport_delays", new Landing("JFK", At(9), 10), new Landing("LHR", At(9), 30)), FeatureEvents.Of("carriers", new { carrier = "BA", since = At(0), fleet = 7 })],
        [new { origin = "JFK", destination = "LHR", carrier = "BA", departure = At(9.5), origin_delay_mean_1h = 10.0, destination_delay_mean_1h = 30.0, fleet = 7 }],
        timeColumn: "departure", cancellationToken: Cancel);

    public static TheoryData<object[], string> Wrong => new()
    {
        { [], "No row is expected" },
        { [new { airport = "JFK", at = At(9), delay_mean_2h = 1.0 }], "name no feature of 'airport_delays'. It has: delay_mean_1h, delay_count_1h." },
        { [new { airport = "JFK", at = At(9), delay_mean_1h = 1.0, delay_mean_2h = 1.0 }], "have 'delay_mean_2h', which is no feature, key, time or column of the request" },
        { [new { airport = "JFK", delay_mean_1h = 1.0 }], "have no time" },
        { [new { airport = "JFK", at = At(9), then = At(10), delay_mean_1h = 1.0 }], "several times: at, then. Say with timeColumn" },
        { [new { airport = "JFK", at = At(9), delay_mean_1h = new object() }], "'delay_mean_1h' is a Object, which no column holds" },
        { [new { airport = "JFK", at = At(9), delay_mean_1h = 1.0 }, "text"], "of two types" },
        { [null!], "A row is null" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task An_expectation_that_makes_no_sense_is_misuse(object[] expected, string message)
    {
        var act = () => FeatureTest.CheckAsync(new FlightFeatures(), "airport_delays", [new Landing("JFK", At(9), 10)], expected, cancellationToken: Cancel);
        (await act.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{message}*");
    }

    [Fact]
    public async Task A_name_that_nothing_has_is_answered_with_all_names()
    {
        var act = () => FeatureTest.CheckAsync(new FlightFeatures(), "airport_delay", [new Landing("JFK", At(9), 10)], [new { airport = "JFK", at = At(9) }], cancellationToken: Cancel);
        (await act.Should().ThrowAsync<NotFoundException>()).WithMessage("*'airport_delay'*There is: *airport_delays*carriers*flight@1*");
    }

    [Fact]
    public async Task A_view_without_events_is_misuse()
    {
        var act = () => FeatureTest.CheckAsync(FeatureDefinitions.Of(new FlightFeatures()), "carriers", [], [new { carrier = "BA", at = At(9), fleet = 1 }], cancellationToken: Cancel);
        (await act.Should().ThrowAsync<ArgumentException>()).WithMessage("*reads view 'carriers', which has no events here*");
        var several = () => FeatureTest.CheckAsync(new FlightFeatures(), "flight", [new Landing("JFK", At(9), 10)], [new { x = 1 }], cancellationToken: Cancel);
        (await several.Should().ThrowAsync<ArgumentException>()).WithMessage("*reads the views airport_delays, carriers*");
    }

    private static DateTimeOffset At(double hour) => new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

    private sealed record Landing(string Origin, DateTimeOffset Arrived, double Delay);

    private sealed class FlightFeatures : FeatureDefinition
    {
        public override void Define(FeatureBuilder features)
        {
            var airport = features.Entity("airport").Key<string>("airport");
            var carrier = features.Entity("carrier").Key<string>("carrier");
            var delays = features.View<Landing>("airport_delays").Of(airport).FromSql("warehouse", "landings").KeyFrom("airport", x => x.Origin).EventTime(x => x.Arrived)
                .Aggregate(x => x.Delay, delay => delay.Mean("1h").Count("1h"));
            var carriers = features.View("carriers").Of(carrier).FromPushes().EventTime("since").Feature<int>("fleet");
            features.Compute("now").Reads(delays, "delay_mean_1h").Request<long>("hour")
                .Feature("worse", "delay_mean_1h", "hour", (double mean, long hour) => mean > hour + 10)
                .Feature("ratio", "delay_mean_1h", (double mean) => 1 / mean);
            features.Service("flight")
                .Add(delays, part => part.Only("delay_mean_1h").Key("airport", "origin").Prefix("origin_"))
                .Add(delays, part => part.Only("delay_mean_1h").Key("airport", "destination").Prefix("destination_"))
                .Add(carriers);
        }
    }
}
