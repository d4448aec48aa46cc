using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>SHA-256 of what matters for values: not of descriptions, owners and tags, nor of whether a view is online.</summary>
internal static class DefinitionDigest
{
    private static readonly HashSet<string> Words = ["owner", "description", "tags", "online"];

    /// <summary>Gives the digest of a service: its features with their types and keys, in order.</summary>
    public static string Of(FeatureDefinitions definitions, FeatureService service) => Of(DefinitionJson.Of(definitions, service));

    /// <summary>Gives the digest of a definition.</summary>
    /// <param name="json">Its JSON; it stays as it is.</param>
    public static string Of(JsonObject json)
    {
        var copy = (JsonObject)json.DeepClone();
        foreach (var word in Words) copy.Remove(word);

        // What a feature says of itself in words. A feature may be called as one of the words, so nothing deeper is looked at.
        if (copy["features"] is JsonObject features)
        {
            foreach (var feature in features.Select(f => f.Value).OfType<JsonObject>())
            {
                foreach (var word in Words) feature.Remove(word);
            }
        }

        return Sha256.Hex(copy.ToJsonString(MlOpsJson.Options));
    }

    /// <summary>Says whether a difference at a place matters for values.</summary>
    /// <param name="path">The names from the outermost to the innermost.</param>
    public static bool Matters(IReadOnlyList<string> path) => !(Words.Contains(path[0]) || (path.Count > 2 && path[0] == "features" && Words.Contains(path[2])));
}
