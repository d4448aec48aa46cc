using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Plans and applies over an <see cref="IFeatureCatalog"/>.</summary>
internal sealed class FeaturePlanner(FeatureDefinitions definitions, IFeatureCatalog catalog, FeatureLineage lineage, ILogger<FeaturePlanner> logger) : IFeaturePlanner
{
    public async Task<FeaturePlan> PlanAsync(CancellationToken cancellationToken = default)
    {
        var known = (await catalog.ListAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(v => (v.Kind, v.Name));
        var (changes, errors) = (new List<FeatureChange>(), new List<string>());
        foreach (var (kind, name, json) in Defined())
        {
            var text = json.ToJsonString(MlOpsJson.Options);
            var digest = DefinitionDigest.Of(json);
            var stored = known.Remove((kind, name), out var newest) ? newest : null;
            var last = stored ?? await LastAsync(kind, name, cancellationToken).ConfigureAwait(false);
            stored ??= last is { IsRemoved: false } ? last : null; // another host has applied it since they were listed
            if (stored?.Json == text) continue;
            var properties = stored is null ? [] : PropertyDifferences.Of(ParseJson(stored), json);
            changes.Add(new(stored is null ? FeatureChangeKind.Added : FeatureChangeKind.Changed, kind, name, (last?.Version ?? 0) + 1, properties) { Digest = digest, Json = text });
            if (kind == FeatureKinds.Service && last is not null && last.Digest != digest)
                errors.Add($"Feature service '{name}' was applied with other features, and models may have learned from them. Leave that version as it was, and add the next one beside it: Service(\"{name[..name.LastIndexOf('@')]}\", {NextVersion(name)}).");
        }

        var missing = known.Values
            .OrderBy(v => v.Kind, StringComparer.Ordinal).ThenBy(v => v.Name, StringComparer.Ordinal)
            .Select(v => new FeatureChange(FeatureChangeKind.Removed, v.Kind, v.Name, v.Version + 1, []) { Digest = v.Digest, Json = v.Json });
        return new(changes, [.. missing], errors);
    }

    public async Task ApplyAsync(FeaturePlan plan, ChangeNote note, bool removes = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RegistryChecks.Check(note);
        if (plan.Errors.Count > 0) throw new FeatureDefinitionException(plan.Errors);
        IReadOnlyList<FeatureDefinitionVersion> versions =
        [
            .. plan.Changes.Select(c => new FeatureDefinitionVersion(c.Kind, c.Name, c.Version, c.Digest, c.Json, note)),
            .. removes ? plan.Missing.Select(c => new FeatureDefinitionVersion(c.Kind, c.Name, c.Version, c.Digest, c.Json, note, IsRemoved: true)) : [],
        ];
        await catalog.ApplyAsync(versions, cancellationToken).ConfigureAwait(false);
        if (versions.Count > 0) logger.DefinitionsApplied(plan.Changes.Count, versions.Count - plan.Changes.Count, note.By);
        await lineage.RecordAsync(FeatureLineage.EdgesOf(definitions, note.At), cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<(string Kind, string Name, JsonObject Json)> Defined() =>
    [
        .. definitions.Entities.Select(e => (FeatureKinds.Entity, e.Name, DefinitionJson.Of(e))),
        .. definitions.Views.Select(v => (FeatureKinds.View, v.Name, DefinitionJson.Of(v))),
        .. definitions.ComputedViews.Select(v => (FeatureKinds.ComputedView, v.Name, DefinitionJson.Of(v))),
        .. definitions.Services.Select(s => (FeatureKinds.Service, string.Create(CultureInfo.InvariantCulture, $"{s.Name}@{s.Version}"), DefinitionJson.Of(definitions, s))),
    ];

    // Of one that was removed, what it was then.
    private async Task<FeatureDefinitionVersion?> LastAsync(string kind, string name, CancellationToken cancellationToken) =>
        await catalog.GetHistoryAsync(kind, name, cancellationToken).ConfigureAwait(false) is { Count: > 0 } history ? history[^1] : null;

    private int NextVersion(string name) => definitions.Services.Where(s => name.StartsWith(s.Name + "@", StringComparison.Ordinal)).Max(s => s.Version) + 1;

    private static JsonObject ParseJson(FeatureDefinitionVersion version) => JsonNode.Parse(version.Json) as JsonObject
        ?? throw new StoreException($"The {version.Kind} '{version.Name}' stands in the catalog as something that is no definition. Restore the catalog from a backup.");
}
