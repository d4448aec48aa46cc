using MlOps.FeatureStore;

namespace FlightDelays;

/// <summary>How late flights have been lately, defined once: training sets get it as of each flight's own time, requests get it as it is.</summary>
public sealed class FlightFeatures(Arrivals arrivals) : FeatureDefinition
{
    public const string Service = "flight-delay@1";
    public const string AirportDelays = "airport_delays";
    public const string RouteDelays = "route_delays";

    /// <summary>What the service is called in a model, in its order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "origin_delay_mean_1h", "origin_delay_mean_24h", "origin_delay_mean_7d", "origin_delay_count_24h", "route_delay_mean_1h", "route_delay_mean_24h", "route_delay_mean_7d",
    ];

    public override void Define(FeatureBuilder features)
    {
        var airport = features.Entity("airport").Key<string>("airport").Describe("An airport, by its code.");
        var route = features.Entity("route").Key<string>("origin").Key<string>("destination").Describe("From one airport to another.");

        // The event of a flight is not its departure: its delay is known when it has arrived.
        var atAirport = features.View(AirportDelays).Of(airport)
            .From(arrivals).KeyFrom("airport", "origin").EventTime("known")
            .Aggregate<long>("delay", delay => delay.Mean("1h", "24h", "7d").Count("24h"))
            .Describe("Arrival delays in minutes of flights that left the airport, from the moment when they are known.").OwnedBy("operations");
        var onRoute = features.View(RouteDelays).Of(route)
            .From(arrivals).EventTime("known")
            .Aggregate<long>("delay", delay => delay.Mean("1h", "24h", "7d"))
            .Describe("Arrival delays in minutes on the route, from the moment when they are known.").OwnedBy("operations");

        features.Service("flight-delay")
            .Add(atAirport, part => part.Key("airport", "origin").Prefix("origin_"))
            .Add(onRoute, part => part.Prefix("route_"))
            .Describe("What a flight's delay is predicted from, besides its timetable.");
    }
}
