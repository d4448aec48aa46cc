using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's lift: how much oftener a value of one feature comes with a value of another than it would by chance, from contingency tables of which values are in which rows.</summary>
internal static class TfdvLift
{
    public static JsonObject? Of(JsonElement generator, JsonElement[] batches)
    {
        var arguments = generator.GetProperty("kwargs");
        var settings = new TfdvGenerators(generator);
        var features = TfdvFeatures.Of(batches, settings.WeightOf, byExample: true, aligned: true);
        var y = features.FirstOrDefault(f => f.Name == arguments.GetProperty("y_path").GetString());
        if (y is null) return null;
        var wanted = arguments.TryGetProperty("x_paths", out var paths) ? paths.EnumerateArray().Select(p => p.GetString()).ToArray() : null;
        var boundaries = arguments.TryGetProperty("y_boundaries", out var edges) ? edges.EnumerateArray().Select(e => e.GetDouble()).ToArray() : null;
        var (crosses, custom) = (new JsonArray(), new JsonArray());
        foreach (var x in features.Where(f => f != y && (wanted?.Contains(f.Name) ?? (f.Type == "STRING" || settings.IsCategoricalNumber(f)))))
        {
            if (Series(x, y, boundaries, settings.Integer("min_x_count", 0), settings) is not { Count: > 0 } series) continue;
            crosses.Add(new JsonObject { ["path_x"] = TfdvGenerators.PathOf(x), ["path_y"] = TfdvGenerators.PathOf(y), ["categorical_cross_stats"] = new JsonObject { ["lift"] = new JsonObject { ["lift_series"] = series } } });
            custom.Add(new JsonObject { ["path"] = TfdvGenerators.PathOf(x), ["custom_stats"] = new JsonArray([.. series.Select(s => Custom(s!))]) });
        }

        if (crosses.Count == 0) return null;
        var result = new JsonObject { ["cross_features"] = crosses };
        if (arguments.TryGetProperty("output_custom_stats", out var output) && output.GetBoolean()) result["features"] = custom;
        return result;
    }

    private static JsonArray Series(TfdvFeature x, TfdvFeature y, double[]? boundaries, int least, TfdvGenerators settings)
    {
        var (xs, ys) = (Rows(x, null), Rows(y, boundaries));
        var (pairs, ofX, ofY) = (new ContingencyTable(), new ColumnProfile(ValueKind.Text), new ColumnProfile(ValueKind.Text));
        for (var row = 0; row < Math.Min(xs.Count, ys.Count); row++)
        {
            ofX.Add([.. xs[row]]);
            ofY.Add([.. ys[row]]);
            foreach (var a in xs[row])
            {
                foreach (var b in ys[row]) pairs.Add(a, b, 1);
            }
        }

        var series = new JsonArray();
        foreach (var (value, countY, _) in ofY.TopValues(int.MaxValue).OrderBy(v => Order(v.Value)).ThenBy(v => v.Value, StringComparer.Ordinal))
        {
            var lifts = new JsonArray();
            var ranked = ofX.TopValues(int.MaxValue).Where(v => v.Count >= least)
                .Select(v => (v.Value, v.Count, Both: pairs.Pairs.GetValueOrDefault((v.Value, value)))).OrderByDescending(v => (double)v.Both / v.Count).ThenBy(v => v.Value, StringComparer.Ordinal);
            foreach (var (text, countX, both) in ranked)
                lifts.Add(new JsonObject { [x.Type == "INT" ? "x_int" : "x_string"] = text, ["lift"] = (double)both / countX * xs.Count / countY, ["x_count"] = countX, ["x_and_y_count"] = both });
            if (lifts.Count == 0) continue;
            var one = new JsonObject { ["y_count"] = countY, ["lift_values"] = lifts };
            if (boundaries is not null)
            {
                var bin = int.Parse(value, CultureInfo.InvariantCulture);
                one["y_bucket"] = new JsonObject { ["low_value"] = TfdvHistograms.Number(bin == 0 ? double.NegativeInfinity : boundaries[bin - 1]), ["high_value"] = TfdvHistograms.Number(bin == boundaries.Length ? double.PositiveInfinity : boundaries[bin]) };
            }
            else
            {
                one[y.Type == "INT" || settings.IsCategoricalNumber(y) ? "y_int" : "y_string"] = value;
            }

            series.Add(one);
        }

        return series;
    }

    // The different values in each example, numbers by the bin between the boundaries that they fall into.
    private static List<string[]> Rows(TfdvFeature feature, double[]? boundaries)
    {
        string TextOf(JsonElement value)
        {
            if (boundaries is null) return TfdvFeature.TextOf(value, feature.Type);
            var number = MlOps.Peers.Oracles.Number(value);
            return boundaries.Count(b => b <= number).ToString(CultureInfo.InvariantCulture);
        }

        return [.. feature.Rows.Select(r => (r.Values ?? []).Select(TextOf).Distinct().ToArray())];
    }

    private static double Order(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static JsonObject Custom(JsonNode series)
    {
        var y = series["y_int"] ?? series["y_string"];
        var buckets = new JsonArray([.. series["lift_values"]!.AsArray().Select(v => (JsonNode)new JsonObject { ["label"] = v!["x_string"]!.ToString(), ["sample_count"] = v["lift"]!.GetValue<double>() })]);
        return new() { ["name"] = $"Lift (Y={y})", ["rank_histogram"] = new JsonObject { ["buckets"] = buckets } };
    }
}
