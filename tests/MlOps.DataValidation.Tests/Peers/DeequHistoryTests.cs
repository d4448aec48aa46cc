using System.Text.Json;
using MlOps.Peers;

namespace MlOps.DataValidation.Tests;

/// <summary>The checks over a series find what Deequ's strategies find.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class DeequHistoryTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases() => DeequCases.Rows("anomaly_detection", "anomaly_detection_count");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Anomalies_are_those_of_the_peer(string id)
    {
        var found = DeequCases.Find(id);
        var (start, end) = Interval(found);
        var find = () => CheckOf(found).Find([.. found.GetProperty("series").EnumerateArray().Select(Oracles.Number)], start, end);
        if (found.EnumerateObject().Any(p => p.Name.StartsWith("expected_e", StringComparison.Ordinal))) find.Should().Throw<ArgumentException>();
        else if (found.TryGetProperty("expected_anomaly_count", out var count)) find().Should().HaveCount(count.GetInt32());
        else find().Select(a => a.Index).Should().Equal(found.GetProperty("expected_anomaly_indices").EnumerateArray().Select(i => i.GetInt32()));
    }

    private static (int Start, int End) Interval(JsonElement found)
    {
        if (!found.TryGetProperty("search_interval_half_open", out var interval) || interval.ValueKind == JsonValueKind.Null) return (0, int.MaxValue);
        return (interval[0].GetInt32(), interval[1].ValueKind == JsonValueKind.Null ? int.MaxValue : interval[1].GetInt32());
    }

    private static ISeriesCheck CheckOf(JsonElement found)
    {
        double? Given(string name) => found.TryGetProperty("params", out var parameters) && parameters.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? Oracles.Number(value)
            : null;
        bool Is(string name) => found.GetProperty("params").TryGetProperty(name, out var value) && value.GetBoolean();
        var order = (int)(Given("order") ?? 1);
        var (lower, upper) = (Given("lowerDeviationFactor"), Given("upperDeviationFactor"));
        if (lower is null && upper is null) (lower, upper) = (3, 3);
        return found.GetProperty("strategy").GetString() switch
        {
            "SimpleThresholdStrategy" => SeriesCheck.Threshold(Given("lowerBound"), Given("upperBound")),
            "AbsoluteChangeStrategy" or "RateOfChangeStrategy" => SeriesCheck.AbsoluteChange(Given("maxRateDecrease"), Given("maxRateIncrease"), order),
            "RelativeRateOfChangeStrategy" => SeriesCheck.RelativeChange(Given("maxRateDecrease"), Given("maxRateIncrease"), order),
            "OnlineNormalStrategy" => SeriesCheck.OnlineNormal(lower, upper, Given("ignoreStartPercentage") ?? 0.1, !(found.GetProperty("params").TryGetProperty("ignoreAnomalies", out _) is false || Is("ignoreAnomalies"))),
            "BatchNormalStrategy" => SeriesCheck.BatchNormal(lower, upper, Is("includeInterval")),
            "HoltWinters(Daily,Weekly)" => SeriesCheck.Weekly(),
            "HoltWinters(Monthly,Yearly)" => SeriesCheck.Yearly(),
            var other => throw new InvalidOperationException($"Strategy {other} has no counterpart here yet."),
        };
    }
}
