using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's statistics generators, each in terms of profiles.</summary>
internal sealed class TfdvGenerators(JsonElement generator)
{
    private readonly JsonElement _arguments = generator.GetProperty("kwargs");

    public string Kind => generator.GetProperty("generator").GetString()!;

    public int Integer(string name, int fallback) => _arguments.TryGetProperty(name, out var value) ? value.GetInt32() : fallback;

    public double Number(string name, double fallback) => _arguments.TryGetProperty(name, out var value) ? value.GetDouble() : fallback;

    /// <summary>The name of the feature that weighs the rows of another.</summary>
    public string? WeightOf(string feature)
    {
        if (!_arguments.TryGetProperty("example_weight_map", out var map)) return null;
        using var parsed = JsonDocument.Parse(map.GetString()!);
        var settings = parsed.RootElement.GetProperty("ExampleWeightMap")[1];
        return settings.TryGetProperty("per_feature_override", out var overrides) && overrides.TryGetProperty(feature, out var other) ? other.GetString()
            : settings.TryGetProperty("weight_feature", out var weight) ? weight.GetString() : null;
    }

    public bool IsWeighted => _arguments.TryGetProperty("example_weight_map", out _);

    /// <summary>What the schema says of a feature; null when it says nothing.</summary>
    public JsonElement? Schema(string[] path)
    {
        if (!_arguments.TryGetProperty("schema", out var schema) || schema.ValueKind != JsonValueKind.Object) return null;
        JsonElement? found = null;
        var level = schema;
        foreach (var step in path)
        {
            if (!level.TryGetProperty("feature", out var features)) return null;
            var matching = features.EnumerateArray().Where(f => f.GetProperty("name").GetString() == step).ToArray();
            if (matching.Length == 0) return null;
            found = matching[0];
            level = matching[0].TryGetProperty("struct_domain", out var domain) ? domain : matching[0];
        }

        return found;
    }

    public bool IsCategoricalNumber(TfdvFeature feature) =>
        Schema(feature.Path) is { } schema && ((feature.Type == "INT" && IsCategorical(schema, "int_domain")) || (feature.Type == "FLOAT" && IsCategorical(schema, "float_domain")));

    /// <summary>Bytes that are no text, as the schema says.</summary>
    public bool IsBytes(TfdvFeature feature) => Schema(feature.Path) is { } schema && schema.TryGetProperty("image_domain", out _);

    public bool IsFreeText(TfdvFeature feature) => Schema(feature.Path) is { } schema && schema.TryGetProperty("string_domain", out var domain)
        && domain.TryGetProperty("is_categorical", out var categorical) && categorical.ToString() == "CATEGORICAL_NO";

    public JsonObject Basic(TfdvFeature feature)
    {
        var categorical = IsCategoricalNumber(feature);
        var profile = feature.Profile(weighted: false, asText: categorical);
        var weighted = IsWeighted ? feature.Profile(weighted: true, asText: categorical) : null;
        var node = new JsonObject { ["path"] = PathOf(feature) };
        var common = Common(profile, weighted);
        if (feature.IsNested) Nested(feature, node, common);
        var items = profile.Lists!.Items;
        var kind = feature.Type == "NULL" ? "STRING" : IsBytes(feature) ? "BYTES" : feature.Type;
        if (kind != "INT") node["type"] = kind;
        switch (kind)
        {
            case "INT" or "FLOAT" when !categorical:
                var statistics = Numeric(items.Numbers, "num_zeros");
                statistics["common_stats"] = common;
                if (items.Numbers is { Count: > 0 } numbers)
                {
                    statistics["min"] = TfdvHistograms.Number(numbers.Min);
                    statistics["max"] = TfdvHistograms.Number(numbers.Max);
                    if (weighted is not null) statistics["weighted_numeric_stats"] = Numeric(weighted.Lists!.Items.Numbers, null, numbers.NaN);
                }

                node["num_stats"] = statistics;
                break;
            case "BYTES":
                node["bytes_stats"] = new JsonObject { ["common_stats"] = common };
                if (items.Texts is { Count: > 0 } bytes)
                {
                    node["bytes_stats"]!["avg_num_bytes"] = (double)bytes.TotalBytes / bytes.Count;
                    node["bytes_stats"]!["min_num_bytes"] = bytes.Lengths.Min;
                    node["bytes_stats"]!["max_num_bytes"] = bytes.Lengths.Max;
                    node["bytes_stats"]!["max_num_bytes_int"] = bytes.Lengths.Max;
                }

                break;
            case "STRUCT":
                node["struct_stats"] = new JsonObject { ["common_stats"] = common };
                break;
            default:
                node["string_stats"] = new JsonObject { ["common_stats"] = common };
                if (items.Texts is { Count: > 0 } texts)
                {
                    node["string_stats"]!["avg_length"] = (double)texts.TotalBytes / texts.Count;
                    node["string_stats"]!["invalid_utf8_count"] = texts.InvalidUtf8;
                }

                break;
        }

        return node;
    }

    /// <summary>The most frequent values and how many different ones there are; null for features that are not categorical.</summary>
    public JsonObject? TopValues(TfdvFeature feature)
    {
        if (IsBytes(feature) || IsFreeText(feature) || (feature.Type != "STRING" && !IsCategoricalNumber(feature))) return null;
        var items = feature.Profile(weighted: false, asText: true).Lists!.Items;
        if (items.Count == 0) return null;
        var statistics = Ranked(items, Integer("frequency_threshold", 1));
        statistics["unique"] = items.Distinct.Value;
        if (IsWeighted) statistics["weighted_string_stats"] = Ranked(feature.Profile(weighted: true, asText: true).Lists!.Items, Integer("weighted_frequency_threshold", 1));
        return new() { ["string_stats"] = statistics, ["path"] = PathOf(feature) };
    }

    private JsonObject Ranked(ColumnProfile items, int threshold)
    {
        // What is too long to be shown is shown as one value.
        var values = items.TopValues(int.MaxValue).GroupBy(v => v.Value.EndsWith('…') ? "__LARGE_BYTES__" : v.Value).Select(g => (Value: g.Key, Count: g.Sum(v => v.Count)))
            .Where(v => v.Count >= threshold).OrderByDescending(v => v.Count).ThenByDescending(v => v.Value, StringComparer.Ordinal).ToArray();
        var (top, ranks) = (new JsonArray(), new JsonArray());
        foreach (var (value, count) in values.Take(Integer("num_top_values", 2))) top.Add(new JsonObject { ["value"] = value, ["frequency"] = count });
        foreach (var (value, count) in values.Take(Integer("num_rank_histogram_buckets", 2))) ranks.Add(new JsonObject { ["label"] = value, ["sample_count"] = count, ["low_rank"] = ranks.Count, ["high_rank"] = ranks.Count });
        return new() { ["top_values"] = top, ["rank_histogram"] = new JsonObject { ["buckets"] = ranks } };
    }

    public static JsonObject PathOf(TfdvFeature feature) => new() { ["step"] = new JsonArray([.. feature.Path.Select(p => (JsonNode)p)]) };

    private JsonObject Numeric(NumberStatistics? numbers, string? zeros, long? nan = null)
    {
        if (numbers is null or { Count: 0, NaN: 0 }) return [];
        var infinite = numbers.PositiveInfinities + numbers.NegativeInfinities > 0;
        var mean = !infinite ? numbers.Mean : numbers.PositiveInfinities == 0 ? double.NegativeInfinity : numbers.NegativeInfinities == 0 ? double.PositiveInfinity : double.NaN;
        var (standard, quantiles) = (new JsonObject(), new JsonObject());
        var node = new JsonObject();
        if (numbers.Count > 0)
        {
            var buckets = Integer("num_quantiles_histogram_buckets", 10);
            standard = TfdvHistograms.Standard(numbers, Integer("num_histogram_buckets", 10), 100 * buckets);
            quantiles = TfdvHistograms.Quantiles(numbers, buckets);
            node["mean"] = TfdvHistograms.Number(mean);
            node["std_dev"] = infinite ? 0 : numbers.PopulationStandardDeviation;
            node["median"] = TfdvHistograms.Number(numbers.ValueAtRank(numbers.Count / 2));
            if (zeros is not null) node[zeros] = numbers.Zeros;
        }

        (standard["num_nan"], quantiles["num_nan"]) = (nan ?? numbers.NaN, nan ?? numbers.NaN);
        node["histograms"] = new JsonArray(standard, quantiles);
        return node;
    }

    private JsonObject Common(ColumnProfile profile, ColumnProfile? weighted)
    {
        var lengths = profile.Lists!.Lengths;
        var node = new JsonObject { ["num_non_missing"] = profile.Count, ["num_missing"] = profile.Missing };
        if (lengths.Count > 0)
        {
            node["min_num_values"] = lengths.Min;
            node["max_num_values"] = lengths.Max;
            node["avg_num_values"] = lengths.Mean;
            node["tot_num_values"] = lengths.Sum;
            node["num_values_histogram"] = TfdvHistograms.Quantiles(lengths, Integer("num_values_histogram_buckets", 10));
        }

        if (weighted is null) return node;
        var sums = new JsonObject { ["num_non_missing"] = weighted.Count, ["num_missing"] = weighted.Missing };
        if (weighted.Count > 0) (sums["avg_num_values"], sums["tot_num_values"]) = (weighted.Lists!.Lengths.Mean, weighted.Lists.Lengths.Sum);
        node["weighted_common_stats"] = sums;
        return node;
    }

    private void Nested(TfdvFeature feature, JsonObject node, JsonObject common)
    {
        var levels = feature.Levels(weighted: false);
        common["presence_and_valency_stats"] = new JsonArray([.. levels.Select(l => new JsonObject
        {
            ["num_non_missing"] = l.Count, ["num_missing"] = l.Missing, ["min_num_values"] = l.Lists!.Lengths.Min, ["max_num_values"] = l.Lists.Lengths.Max, ["tot_num_values"] = l.Lists.Lengths.Sum,
        })]);
        if (IsWeighted)
            common["weighted_presence_and_valency_stats"] = new JsonArray([.. feature.Levels(weighted: true).Select(l => new JsonObject
            {
                ["num_non_missing"] = l.Count, ["num_missing"] = l.Missing, ["avg_num_values"] = l.Lists!.Lengths.Mean, ["tot_num_values"] = l.Lists.Lengths.Sum,
            })]);
        var (drawn, buckets) = (new JsonArray(), Integer("num_values_histogram_buckets", 10));
        for (var level = 1; level < levels.Count; level++)
        {
            var lengths = levels[level].Lists!.Lengths;
            drawn.Add(new JsonObject { ["name"] = $"level_{level + 1}_value_list_length_quantiles", ["histogram"] = TfdvHistograms.Quantiles(lengths, buckets) });
            drawn.Add(new JsonObject { ["name"] = $"level_{level + 1}_value_list_length_standard", ["histogram"] = TfdvHistograms.Standard(lengths, buckets, buckets) });
        }

        node["custom_stats"] = drawn;
    }

    private static bool IsCategorical(JsonElement schema, string domain) => schema.TryGetProperty(domain, out var numbers) && numbers.TryGetProperty("is_categorical", out var categorical) && categorical.ToString() is "True" or "true" or "CATEGORICAL_YES";
}
