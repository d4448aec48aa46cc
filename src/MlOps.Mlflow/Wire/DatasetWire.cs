using System.Text.Json;
using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Reads the datasets that runs say they read.</summary>
internal static class DatasetWire
{
    /// <summary>The tag that says what a dataset was used for.</summary>
    public const string ContextTag = "mlflow.data.context";

    public static List<DatasetInput> Read(JsonElement list)
    {
        var inputs = new List<DatasetInput>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) throw WireRequest.Wrong("datasets", list);
            if (!item.TryGetProperty("dataset", out var dataset) || dataset.ValueKind != JsonValueKind.Object) throw WireException.Invalid("Dataset cannot be None");
            var name = Text("name", 500);
            if (string.IsNullOrEmpty(name)) throw WireException.Invalid("Dataset name cannot be None or empty");
            var tags = ReadTags(item, list);
            tags.Remove(ContextTag, out var context);
            inputs.Add(new(name, Text("digest", 36) ?? string.Empty, context ?? string.Empty)
            {
                SourceType = Text("source_type", 36),
                Source = Text("source", 65535),
                Schema = Text("schema", 1048575),
                Profile = Text("profile", 16777215),
                Tags = tags,
            });

            string? Text(string member, int most)
            {
                var text = WireRequest.Member(dataset, member, "datasets", list);
                if (text?.Length > most) throw WireException.Invalid($"Dataset {member.Replace('_', ' ')} exceeds the maximum length of {most}");
                return text;
            }
        }

        return inputs;
    }

    private static SortedDictionary<string, string> ReadTags(JsonElement item, JsonElement list)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!item.TryGetProperty("tags", out var pairs) || pairs.ValueKind == JsonValueKind.Null) return tags;
        if (pairs.ValueKind != JsonValueKind.Array) throw WireRequest.Wrong("datasets", list);
        foreach (var pair in pairs.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Object) throw WireRequest.Wrong("datasets", list);
            var key = WireRequest.Member(pair, "key", "datasets", list);
            var value = WireRequest.Member(pair, "value", "datasets", list) ?? string.Empty;
            if (string.IsNullOrEmpty(key)) throw WireException.Invalid("InputTag key cannot be None or empty");
            if (key.Length > 255) throw WireException.Invalid("InputTag key exceeds the maximum length of 255");
            if (value.Length > 500) throw WireException.Invalid("InputTag value exceeds the maximum length of 500");
            tags[key] = value;
        }

        return tags;
    }
}
