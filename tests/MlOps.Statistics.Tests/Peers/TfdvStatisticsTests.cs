using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's statistics of batches of examples: the same numbers must come out of our profiles.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class TfdvStatisticsTests
{
    private const string File = "validation/tfdv_stats_generator_cases.json";
    private const double Tolerance = 1e-4;

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_TFDV(string id)
    {
        var one = Oracles.Case(File, id);
        var generator = new TfdvGenerators(one.GetProperty("generator"));
        if (!one.TryGetProperty("batches", out var batches))
        {
            Transformed(generator, one);
            return;
        }

        var expected = one.GetProperty("expected_feature_stats");
        if (expected.ValueKind == JsonValueKind.Null)
        {
            FluentActions.Invoking(() => TfdvFeatures.Of(batches.EnumerateArray(), generator.WeightOf)).Should().Throw<ArgumentException>();
            return;
        }

        if (generator.Kind is "TimeStatsGenerator" or "EmptyValueCounterGenerator")
        {
            Same(generator.Kind == "TimeStatsGenerator" ? Time(generator, batches) : EmptyLists(batches), expected, "");
            return;
        }

        var features = TfdvFeatures.Of(batches.EnumerateArray(), generator.WeightOf, aligned: generator.Kind is not "BasicStatsGenerator");
        if (one.TryGetProperty("expected_cross_feature_stats", out var crosses)) Same(Crosses(features, crosses), crosses, "");
        if (generator.Kind is "SparseFeatureStatsGenerator" or "WeightedFeatureStatsGenerator")
        {
            var schema = one.GetProperty("generator").GetProperty("args")[0];
            Same(generator.Kind == "SparseFeatureStatsGenerator" ? TfdvPairs.Sparse(schema, features, []) : TfdvPairs.Weighted(schema, features), expected, "");
            return;
        }

        var actual = new JsonObject();
        foreach (var feature in features.Where(f => IsInPartition(f, one)))
        {
            if (one.TryGetProperty("only_match_expected", out _) && !expected.TryGetProperty(feature.Name, out _)) continue;
            if (Statistics(generator, feature) is { } statistics) actual[feature.Name] = statistics;
        }

        Same(actual, expected, "");
    }

    private static JsonObject? Statistics(TfdvGenerators generator, TfdvFeature feature) => generator.Kind switch
    {
        "BasicStatsGenerator" => generator.Basic(feature),
        "TopKUniquesSketchStatsGenerator" => generator.TopValues(feature),
        "CrossFeatureStatsGenerator" => null,
        _ => throw new NotSupportedException($"No adapter for {generator.Kind}."),
    };

    // The peer divides features among workers by a hash that its test replaces: only the column "b" falls into the partition of 2, none into that of 3.
    private static bool IsInPartition(TfdvFeature feature, JsonElement one)
    {
        if (!one.GetProperty("generator").TryGetProperty("extra", out var extra)) return true;
        return extra[0][2].GetInt32() == 2 && feature.Name == "b";
    }

    private static void Transformed(TfdvGenerators generator, JsonElement one)
    {
        var expected = one.GetProperty("expected").EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Array ? (e[0].GetString()!, e[1]) : ("", e)).ToArray();
        var slices = one.GetProperty("examples").EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Array ? (e[0].GetString()!, e[1]) : ("", e)).GroupBy(e => e.Item1, e => e.Item2);
        var (actual, wanted) = (new JsonObject(), new JsonObject());
        foreach (var slice in slices)
        {
            if (generator.Kind == "LiftStatsGenerator")
            {
                if (TfdvLift.Of(one.GetProperty("generator"), [.. slice]) is { } lift) actual[slice.Key] = lift;
                continue;
            }

            foreach (var feature in TfdvFeatures.Of(slice, generator.WeightOf))
            {
                if (generator.TopValues(feature) is { } statistics) actual[$"{slice.Key}/{feature.Name}"] = statistics;
            }
        }

        // The peer emits parts of the same feature one by one.
        foreach (var (slice, part) in expected)
        {
            if (generator.Kind == "LiftStatsGenerator") wanted[slice] = JsonNode.Parse(part.GetRawText());
            else Merge(wanted, slice, part);
        }

        Same(actual, JsonSerializer.SerializeToElement(wanted), "");
    }

    private static void Merge(JsonObject wanted, string slice, JsonElement part)
    {
        foreach (var feature in part.GetProperty("features").EnumerateArray())
        {
            var name = $"{slice}/{string.Join('.', feature.GetProperty("path").GetProperty("step").EnumerateArray().Select(s => s.GetString()))}";
            wanted[name] ??= new JsonObject { ["path"] = JsonNode.Parse(feature.GetProperty("path").GetRawText()), ["string_stats"] = new JsonObject() };
            foreach (var property in feature.GetProperty("string_stats").EnumerateObject()) wanted[name]!["string_stats"]![property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }
    }

    private static JsonObject Crosses(List<TfdvFeature> features, JsonElement expected)
    {
        var actual = new JsonObject();
        foreach (var cross in expected.EnumerateObject())
        {
            var names = JsonSerializer.Deserialize<string[]>(cross.Name)!;
            var (x, y) = (features.Single(f => f.Name == names[0]), features.Single(f => f.Name == names[1]));
            var correlation = new Correlation();
            double[] Numbers(TfdvFeature feature) => [.. feature.Rows.Select(r => r.Values is { Length: 1 } ? Oracles.Number(r.Values[0]) : double.NaN)];
            correlation.Add(Numbers(x), Numbers(y));
            actual[cross.Name] = new JsonObject
            {
                ["path_x"] = TfdvGenerators.PathOf(x),
                ["path_y"] = TfdvGenerators.PathOf(y),
                ["count"] = correlation.Count,
                ["num_cross_stats"] = new JsonObject { ["correlation"] = correlation.Pearson, ["covariance"] = correlation.PopulationCovariance },
            };
        }

        return actual;
    }

    private static JsonObject EmptyLists(JsonElement batches)
    {
        var lengths = new ColumnProfile(ValueKind.List);
        foreach (var row in batches.EnumerateArray().SelectMany(b => b.GetProperty("values").EnumerateArray()).Where(r => r.ValueKind == JsonValueKind.Array))
        {
            foreach (var list in row.EnumerateArray()) lengths.AddLists([0, list.GetArrayLength()]);
        }

        return new() { ["custom_stats"] = new JsonArray(new JsonObject { ["name"] = "list_empty", ["num"] = lengths.Lists!.Lengths.Zeros }) };
    }

    // Which share of the values is written as days, as days with a time, or as seconds or milliseconds since 1970, as far as a profile tells them apart.
    private static JsonObject Time(TfdvGenerators generator, JsonElement batches)
    {
        var values = batches.EnumerateArray().SelectMany(b => b.GetProperty("values").EnumerateArray()).Where(r => r.ValueKind == JsonValueKind.Array).SelectMany(r => r.EnumerateArray()).ToArray();
        return TfdvTimes.Of(values, generator);
    }

    /// <summary>Compares as protocol buffers do: what is not there has its default.</summary>
    private static void Same(JsonNode? actual, JsonElement expected, string path)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var members = actual as JsonObject ?? [];
                foreach (var property in expected.EnumerateObject()) Same(members[property.Name], property.Value, $"{path}.{property.Name}");
                foreach (var (name, value) in members.Where(m => !expected.TryGetProperty(m.Key, out _))) IsDefault(value).Should().BeTrue($"{path}.{name} is {value?.ToJsonString()} and should not be there");
                break;
            case JsonValueKind.Array:
                ((actual as JsonArray)?.Count ?? 0).Should().Be(expected.GetArrayLength(), $"{path} is {actual?.ToJsonString()}");
                for (var i = 0; i < expected.GetArrayLength(); i++) Same(actual![i], expected[i], $"{path}[{i}]");
                break;
            default:
                var text = actual?.ToString() ?? "";
                if (text == expected.ToString()) break;
                var isNumber = double.TryParse(expected.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var wanted);
                isNumber.Should().BeTrue($"{path} is '{text}' instead of '{expected}'");
                var number = text.Length == 0 ? 0 : double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
                if (double.IsNaN(wanted) && double.IsNaN(number)) break;
                number.Should().BeApproximately(wanted, Tolerance * Math.Max(1e-3, Math.Abs(wanted)), path);
                break;
        }
    }

    private static bool IsDefault(JsonNode? node) => node switch
    {
        null => true,
        JsonObject members => members.All(m => IsDefault(m.Value)),
        JsonArray items => items.Count == 0,
        _ => node.ToString() is "0" or "" or "false",
    };
}
