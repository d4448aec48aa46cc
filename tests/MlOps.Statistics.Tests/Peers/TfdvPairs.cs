using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's sparse and weighted features: columns of which one names places or weights for the values of another. What is asked is in how many rows one of them is missing, and how far their lengths are apart.</summary>
internal static class TfdvPairs
{
    public static JsonObject Sparse(JsonElement schema, List<TfdvFeature> features, string[] path)
    {
        var found = new JsonObject();
        foreach (var sparse in schema.TryGetProperty("sparse_feature", out var all) ? all.EnumerateArray() : [])
        {
            var value = Find(features, [.. path, sparse.GetProperty("value_feature").GetProperty("name").GetString()!]);
            var indexes = sparse.GetProperty("index_feature").EnumerateArray().Select(i => i.GetProperty("name").GetString()!).ToArray();
            var pairs = indexes.Select(i => Compare(Find(features, [.. path, i]), value)).ToArray();
            var rows = indexes.Select(i => Find(features, [.. path, i])).Where(i => i is not null).ToArray();
            var missing = Enumerable.Range(0, value?.Rows.Count ?? 0).LongCount(r => value!.Rows[r].Values is null && rows.Any(i => r < i!.Rows.Count && i.Rows[r].Values is not null));
            JsonObject Histogram(string name, Func<(ColumnProfile Differences, long Missing), double> of) => new()
            {
                ["name"] = name,
                ["rank_histogram"] = new JsonObject { ["buckets"] = new JsonArray([.. indexes.Select((i, at) => (JsonNode)new JsonObject { ["label"] = i, ["sample_count"] = of(pairs[at]) })]) },
            };
            string[] full = [.. path, sparse.GetProperty("name").GetString()!];
            found[string.Join('.', full)] = new JsonObject
            {
                ["path"] = new JsonObject { ["step"] = new JsonArray([.. full.Select(p => (JsonNode)p)]) },
                ["custom_stats"] = new JsonArray(
                    new JsonObject { ["name"] = "missing_value", ["num"] = missing },
                    Histogram("missing_index", p => p.Missing), Histogram("max_length_diff", p => Or0(p.Differences.Numbers!.Max)), Histogram("min_length_diff", p => Or0(p.Differences.Numbers!.Min))),
            };
        }

        foreach (var feature in schema.TryGetProperty("feature", out var inner) ? inner.EnumerateArray() : [])
        {
            if (!feature.TryGetProperty("struct_domain", out var domain)) continue;
            foreach (var (name, node) in Sparse(domain, features, [.. path, feature.GetProperty("name").GetString()!])) found[name] = node!.DeepClone();
        }

        return found;
    }

    public static JsonObject Weighted(JsonElement schema, List<TfdvFeature> features)
    {
        var found = new JsonObject();
        foreach (var weighted in schema.GetProperty("weighted_feature").EnumerateArray())
        {
            string[] Path(string name) => [.. weighted.GetProperty(name).GetProperty("step").EnumerateArray().Select(s => s.GetString()!)];
            var (value, weight) = (Find(features, Path("feature")), Find(features, Path("weight_feature")));
            var ((differences, missingWeight), (_, missingValue)) = (Compare(weight, value), Compare(value, weight));
            var full = weighted.GetProperty("name").GetString()!;
            JsonObject Number(string name, double number) => new() { ["name"] = name, ["num"] = number };
            found[full] = new JsonObject
            {
                ["path"] = new JsonObject { ["step"] = new JsonArray(full) },
                ["custom_stats"] = new JsonArray(Number("missing_weight", missingWeight), Number("missing_value", missingValue), Number("min_weight_length_diff", Or0(differences.Numbers!.Min)), Number("max_weight_length_diff", Or0(differences.Numbers!.Max))),
            };
        }

        return found;
    }

    private static TfdvFeature? Find(List<TfdvFeature> features, string[] path) => features.FirstOrDefault(f => f.Path.SequenceEqual(path));

    private static double Or0(double value) => double.IsNaN(value) ? 0 : value;

    // How much longer one list is than the other where there is either, and in how many rows only the other is there.
    private static (ColumnProfile Differences, long Missing) Compare(TfdvFeature? one, TfdvFeature? other)
    {
        var (differences, missing) = (new ColumnProfile(ValueKind.Integer), 0L);
        for (var row = 0; row < Math.Max(one?.Rows.Count ?? 0, other?.Rows.Count ?? 0); row++)
        {
            var (a, b) = (At(one, row), At(other, row));
            if (a is null && b is null) continue;
            if (a is null) missing++;
            differences.Add([(long)(a?.Length ?? 0) - (b?.Length ?? 0)]);
        }

        return (differences, missing);
    }

    private static JsonElement[]? At(TfdvFeature? feature, int row) => row < (feature?.Rows.Count ?? 0) ? feature!.Rows[row].Values : null;
}
