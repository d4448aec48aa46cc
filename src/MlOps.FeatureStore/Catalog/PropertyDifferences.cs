using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Finds what differs between two definitions.</summary>
internal static class PropertyDifferences
{
    public static IReadOnlyList<FeaturePropertyChange> Of(JsonObject before, JsonObject after)
    {
        var changes = new List<FeaturePropertyChange>();
        Compare([], before, after, changes);
        return changes;
    }

    private static void Compare(List<string> path, JsonObject before, JsonObject after, List<FeaturePropertyChange> changes)
    {
        foreach (var name in after.Select(p => p.Key).Concat(before.Select(p => p.Key)).Distinct())
        {
            path.Add(name);
            var (old, now) = (before[name], after[name]);
            if (old is JsonObject oldObject && now is JsonObject nowObject)
            {
                Compare(path, oldObject, nowObject, changes);
            }
            else if (!JsonNode.DeepEquals(old, now))
            {
                var isNewFeature = old is null && path.Count == 2 && path[0] == "features";
                changes.Add(new(string.Join('.', path), TextOf(old), TextOf(now), DefinitionDigest.Matters(path) && !isNewFeature));
            }

            path.RemoveAt(path.Count - 1);
        }
    }

    private static string? TextOf(JsonNode? json) => json?.ToJsonString(MlOpsJson.Options);
}
