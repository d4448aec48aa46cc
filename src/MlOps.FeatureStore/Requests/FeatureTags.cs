using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Knows columns by the tags of the features and entities that they hold. Whatever is defined under a name counts, for a tag too many is better than one too few.</summary>
internal sealed class FeatureTags(FeatureDefinitions definitions) : IColumnTags
{
    private readonly Lazy<Dictionary<string, HashSet<string>>> _tags = new(() => Collect(definitions));

    public IReadOnlyCollection<string> TagsOf(string column) => _tags.Value.TryGetValue(column, out var tags) ? tags : [];

    private static Dictionary<string, HashSet<string>> Collect(FeatureDefinitions definitions)
    {
        var tags = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var entity in definitions.Entities)
        {
            foreach (var key in entity.Keys) Add(key.Name, entity.Tags);
        }

        foreach (var view in definitions.Views)
        {
            foreach (var feature in view.Features) Add(feature.Name, view.Tags, feature.Tags);
        }

        foreach (var view in definitions.ComputedViews)
        {
            foreach (var feature in view.Features) Add(feature.Name, view.Tags);
        }

        // A service may give features and keys other names.
        var entityTags = definitions.Entities.SelectMany(e => e.Keys.Select(k => (Key: k.Name, e.Tags))).ToLookup(e => e.Key, e => e.Tags, StringComparer.Ordinal);
        foreach (var reference in definitions.Services.SelectMany(s => s.Features))
        {
            if (definitions.FindComputed(reference.View) is { } computed) Add(reference.Name, computed.Tags);
            else if (definitions.GetView(reference.View) is var view) Add(reference.Name, view.Tags, view.Features.First(f => f.Name == reference.Feature).Tags);
            foreach (var (key, column) in reference.KeyColumns) Add(column, [.. entityTags[key]]);
        }

        return tags;

        void Add(string column, params ReadOnlySpan<IReadOnlyDictionary<string, string>> sources)
        {
            foreach (var source in sources)
            {
                foreach (var (tag, value) in source)
                {
                    if (string.Equals(value, bool.FalseString, StringComparison.OrdinalIgnoreCase)) continue; // "personal=false" says that it is not
                    if (!tags.TryGetValue(column, out var known)) tags[column] = known = new(StringComparer.OrdinalIgnoreCase);
                    known.Add(tag);
                    known.Add($"{tag}={value}");
                }
            }
        }
    }
}
