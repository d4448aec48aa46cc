using System.Globalization;
using System.Text.Json;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>One feature of TFDV's examples: rows of lists of values, any of which may be missing, with a weight for each row.</summary>
internal sealed class TfdvFeature(string[] path, string type)
{
    public string[] Path => path;

    public string Name => string.Join('.', path);

    /// <summary>INT, FLOAT, STRING, STRUCT, or NULL when nothing but missing rows was seen.</summary>
    public string Type { get; set; } = type;

    public List<(JsonElement[]? Values, double Weight)> Rows { get; } = [];

    /// <summary>The lists of values as a profile. Weights are whole numbers: a row counts as many times.</summary>
    public ColumnProfile Profile(bool weighted, bool asText)
    {
        var profile = new ColumnProfile(ValueKind.List, new ProfileOptions { TextLimit = 1024 });
        var isNested = IsNested;
        foreach (var (row, weight) in Rows)
        {
            var values = isNested ? row?.SelectMany(Leaves).ToArray() : row;
            for (var times = weighted ? (int)Math.Round(weight) : 1; times > 0; times--)
            {
                if (values is null)
                {
                    profile.AddMissing(1);
                    continue;
                }

                profile.AddLists([0, values.Length]);
                if (values.Length > 0) AddItems(profile.Lists!.Items, values, asText);
            }
        }

        return profile;
    }

    /// <summary>Gets whether rows hold lists of lists.</summary>
    public bool IsNested => Rows.Any(r => r.Values?.Any(v => v.ValueKind == JsonValueKind.Array) == true);

    /// <summary>The lists of each level, without the values in the innermost.</summary>
    public IReadOnlyList<ColumnProfile> Levels(bool weighted)
    {
        var levels = new List<ColumnProfile> { new(ValueKind.List) };
        var depth = Rows.SelectMany(r => r.Values ?? []).Max(Depth) + 1;
        foreach (var (values, weight) in Rows)
        {
            for (var times = weighted ? (int)Math.Round(weight) : 1; times > 0; times--) AddLists(levels[0], values, depth);
        }

        for (var level = 1; level < depth; level++) levels.Add(levels[^1].Lists!.Items);
        return levels;
    }

    private static void AddLists(ColumnProfile lists, JsonElement[]? values, int depth)
    {
        if (values is null)
        {
            lists.AddMissing(1);
            return;
        }

        lists.AddLists([0, values.Length]);
        if (depth < 2) return;
        foreach (var value in values) AddLists(lists.Lists!.Items, value.ValueKind == JsonValueKind.Null ? null : [.. value.EnumerateArray()], depth - 1);
    }

    private static int Depth(JsonElement value) => value.ValueKind == JsonValueKind.Array ? 1 + value.EnumerateArray().Select(Depth).DefaultIfEmpty().Max() : 0;

    public static IEnumerable<JsonElement> Leaves(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Leaves),
        JsonValueKind.Null => [],
        _ => [value],
    };

    public static string TextOf(JsonElement value, string type) => type == "FLOAT"
        ? FloatText(Peer(value))
        : value.ToString();

    private void AddItems(ColumnProfile items, JsonElement[] values, bool asText)
    {
        if (Type == "STRUCT") return;
        if (Type == "STRING" || asText) items.Add([.. values.Select(v => (string?)TextOf(v, Type))]);
        else if (Type == "INT") items.Add([.. values.Select(v => v.GetInt64())]);
        else items.Add([.. values.Select(Peer)]);
    }

    private static double Peer(JsonElement value) => MlOps.Peers.Oracles.Number(value);

    // As Python writes floats.
    private static string FloatText(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e16 ? value.ToString("0.0", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Reads TFDV's batches of examples.</summary>
internal static class TfdvFeatures
{
    /// <summary>The features of the batches, structs taken apart, in the order in which they come.</summary>
    /// <param name="batches">The batches of examples.</param>
    /// <param name="weightOf">Which feature weighs the rows of another.</param>
    /// <param name="byExample">Whether all structs of an example make one row of their fields; else each makes its own.</param>
    /// <param name="aligned">Whether a feature that a batch lacks has missing rows there, so that the rows of all features are those of the examples.</param>
    public static List<TfdvFeature> Of(IEnumerable<JsonElement> batches, Func<string, string?> weightOf, bool byExample = false, bool aligned = false)
    {
        var features = new List<TfdvFeature>();
        var before = 0;
        foreach (var batch in batches)
        {
            var columns = batch.GetProperty("columns");
            foreach (var column in columns.EnumerateObject())
            {
                var rows = column.Value.GetProperty("values").EnumerateArray().ToArray();
                var weight = weightOf(column.Name) is { } name && columns.TryGetProperty(name, out var weights) ? weights.GetProperty("values").EnumerateArray().ToArray() : null;
                var declared = column.Value.TryGetProperty("type", out var type) ? type.GetString()! : "";
                Add(features, [column.Name], declared, [.. rows.Select((r, i) => (Values(r), weight is null ? 1 : MlOps.Peers.Oracles.Number(weight[i][0])))], byExample, aligned ? before : 0);
            }

            before += columns.EnumerateObject().Select(c => c.Value.GetProperty("values").GetArrayLength()).DefaultIfEmpty().Max();
        }

        return features;
    }

    private static JsonElement[]? Values(JsonElement row) => row.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Array => [.. row.EnumerateArray()],
        _ => [row],
    };

    private static void Add(List<TfdvFeature> features, string[] path, string declared, (JsonElement[]? Values, double Weight)[] rows, bool byExample, int before = 0)
    {
        var type = TypeOf(declared, rows.SelectMany(r => r.Values ?? []));
        var feature = features.FirstOrDefault(f => f.Path.SequenceEqual(path));
        if (feature is null)
        {
            feature = new(path, type);
            features.Add(feature);
        }
        else if (feature.Type == "NULL")
        {
            feature.Type = type;
        }
        else if (type != "NULL" && type != feature.Type)
        {
            throw new ArgumentException($"Feature {feature.Name} is {feature.Type} and {type}.");
        }

        if (type == "STRUCT")
        {
            var fields = rows.SelectMany(r => r.Values ?? []).SelectMany(v => v.EnumerateObject().Select(p => p.Name)).Distinct().ToArray();
            foreach (var known in features.Where(f => f.Path.Length == path.Length + 1 && f.Path.Take(path.Length).SequenceEqual(path)).Select(f => f.Path[^1])) fields = [.. fields.Union([known])];
            foreach (var field in fields)
            {
                // A struct without the field is a missing row of it; so are those of earlier batches.
                var missing = feature.Rows.SelectMany(r => (r.Values ?? []).Select(_ => ((JsonElement[]?)null, r.Weight))).ToArray();
                if (!features.Any(f => f.Path.SequenceEqual([.. path, field])) && missing.Length > 0) Add(features, [.. path, field], "null", missing, byExample);
                var taken = rows.Select(r => (Structs: (r.Values ?? []).Select(v => v.TryGetProperty(field, out var value) ? Values(value) : null), r.Weight));
                Add(features, [.. path, field], "", byExample ? [.. taken.Select(r => ((JsonElement[]?)[.. r.Structs.SelectMany(s => s ?? [])], r.Weight))] : [.. taken.SelectMany(r => r.Structs.Select(s => (s, r.Weight)))], byExample);
            }
        }

        while (feature.Rows.Count < before) feature.Rows.Add((null, 1));
        feature.Rows.AddRange(rows);
    }

    private static string TypeOf(string declared, IEnumerable<JsonElement> values)
    {
        if (declared.Contains("binary") || declared.Contains("string")) return "STRING";
        if (declared.Contains("float") || declared.Contains("double")) return "FLOAT";
        if (declared.Contains("int")) return "INT";
        var all = values.ToArray();
        if (all.Any(v => v.ValueKind == JsonValueKind.Object)) return "STRUCT";
        if (all.Any(v => v.ValueKind == JsonValueKind.Array)) all = [.. all.SelectMany(TfdvFeature.Leaves)];
        if (all.All(v => v.ValueKind == JsonValueKind.Null)) return "NULL";
        var numbers = all.Where(v => v.ValueKind == JsonValueKind.Number).ToArray();
        if (numbers.Length == 0) return all.All(v => v.ToString() is "NaN" or "Infinity" or "-Infinity") ? "FLOAT" : "STRING";
        return numbers.Length < all.Length || numbers.Any(v => v.GetRawText().AsSpan().ContainsAny('.', 'e', 'E')) ? "FLOAT" : "INT";
    }
}
