using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes definitions as JSON of one stable form: the same definition always gives the same text. What is not said is left out, and where order means nothing names are sorted.</summary>
/// <remarks>Sources stand there by where they are, without secrets; functions by their name, type and the code version of their view.</remarks>
internal static class DefinitionJson
{
    public static JsonObject Of(Entity entity) => Documented(new() { ["keys"] = KeysOf(entity) }, entity.Owner, entity.Description, entity.Tags);

    public static JsonObject Of(FeatureView view)
    {
        var json = new JsonObject { ["entities"] = new JsonArray([.. view.Entities.Select(e => new JsonObject { ["name"] = e.Name, ["keys"] = KeysOf(e) })]) };
        Map(json, "keyColumns", view.KeyColumns.Where(k => k.Key != k.Value));
        json["source"] = Of(view.Source, view.Name);
        json["eventTime"] = view.EventTime;
        if (view.CreatedTime is not null) json["createdTime"] = view.CreatedTime;
        if (view.TimeToLive is { } timeToLive && timeToLive > TimeSpan.Zero) json["timeToLive"] = timeToLive.ToString("c");
        if (view.IsReversal is not null) json["reversal"] = view.IsReversal;
        if (view.SkipsNulls) json["skipsNulls"] = true;
        if (!view.IsOnline) json["online"] = false;
        json["features"] = ByName(view.Features.Select(f => (f.Name, (JsonNode)Of(f))));
        return Documented(json, view.Owner, view.Description, view.Tags);
    }

    public static JsonObject Of(ComputedView view)
    {
        var json = new JsonObject { ["codeVersion"] = view.CodeVersion, ["inputs"] = new JsonArray([.. view.Inputs.Select(i => Of(i))]) };
        json["request"] = ByName(view.Request.Select(c => (c.Name, (JsonNode)c.Type.ToString())));
        json["features"] = ByName(view.Features.Select(f => (f.Name, (JsonNode)Documented(new() { ["type"] = f.Type.ToString() }, null, f.Description, NoTags))));
        return Documented(json, view.Owner, view.Description, view.Tags);
    }

    public static JsonObject Of(FeatureDefinitions definitions, FeatureService service)
    {
        var features = service.Features.Select(reference =>
        {
            var json = Of(reference);
            json["type"] = definitions.FindType(reference)?.ToString();
            return (JsonNode)json;
        });
        return Documented(new() { ["features"] = new JsonArray([.. features]) }, service.Owner, service.Description, service.Tags);
    }

    /// <summary>Gives where events come from, as it may be recorded.</summary>
    public static DatasetOrigin OriginOf(FeatureSource source, string view) => source switch
    {
        FeatureSource.FromDataset { Dataset: var dataset } => dataset.Origin,
        FeatureSource.FromData { Source.Origin: var origin } => origin,
        FeatureSource.FromWarehouse { Warehouse: var warehouse, Text: var text } => new("warehouse", $"{warehouse}: {text}"),
        _ => new("pushes", view),
    };

    // A dataset stands there by its name and origin: its next snapshot is the same definition.
    private static JsonObject Of(FeatureSource source, string view)
    {
        var origin = OriginOf(source, view);
        var json = new JsonObject { ["kind"] = source is FeatureSource.FromDataset ? "dataset" : origin.Kind };
        if (source is FeatureSource.FromDataset { Dataset.Name: var name }) json["name"] = name;
        else if (source is not FeatureSource.FromPushes) json["location"] = origin.Location;
        return json;
    }

    private static JsonObject Of(Feature feature)
    {
        var json = new JsonObject { ["type"] = feature.Type.ToString() };
        if (feature.Column != feature.Name) json["column"] = feature.Column;
        if (feature.Aggregation is { } aggregation) json["aggregation"] = Of(aggregation);
        return Documented(json, null, feature.Description, feature.Tags);
    }

    private static JsonObject Of(Aggregation aggregation)
    {
        var json = new JsonObject { ["kind"] = aggregation.Kind.ToString() };
        if (aggregation.Window is { } window)
        {
            json["window"] = window.ToString("c");
            json["hop"] = aggregation.Hop.ToString("c");
            if (aggregation.IsTumbling) json["tumbling"] = true;
        }

        if (aggregation.Kind is AggregationKind.LastK or AggregationKind.TopK) json["k"] = aggregation.K;
        if (aggregation.Kind is AggregationKind.Quantile) json["quantile"] = aggregation.Quantile;
        return json;
    }

    private static JsonObject Of(FeatureReference reference)
    {
        var json = new JsonObject { ["feature"] = reference.ToString() };
        if (reference.Name != reference.Feature) json["name"] = reference.Name;
        Map(json, "keyColumns", reference.KeyColumns.Where(k => k.Key != k.Value));
        return json;
    }

    private static JsonArray KeysOf(Entity entity) => [.. entity.Keys.Select(k => new JsonObject { ["name"] = k.Name, ["type"] = k.Type.ToString() })];

    private static JsonObject ByName(IEnumerable<(string Name, JsonNode Json)> items) =>
        new(items.OrderBy(i => i.Name, StringComparer.Ordinal).Select(i => KeyValuePair.Create<string, JsonNode?>(i.Name, i.Json)));

    private static JsonObject Documented(JsonObject json, string? owner, string? description, IReadOnlyDictionary<string, string> tags)
    {
        if (owner is not null) json["owner"] = owner;
        if (description is not null) json["description"] = description;
        Map(json, "tags", tags);
        return json;
    }

    private static void Map(JsonObject json, string name, IEnumerable<KeyValuePair<string, string>> values)
    {
        var sorted = ByName(values.Select(v => (v.Key, (JsonNode)JsonValue.Create(v.Value))));
        if (sorted.Count > 0) json[name] = sorted;
    }

    private static readonly Dictionary<string, string> NoTags = [];
}
