using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Core;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MlOps.DataValidation;

/// <summary>Prints suggestions as JSON and as YAML: for each column its expectations, each with its kind, its parameters and its reason.</summary>
internal static class SuiteText
{
    public static string Json(SuiteSuggestions suggestions) => Tree(suggestions).ToJsonString(MlOpsJson.Indented) + "\n";

    public static string Yaml(SuiteSuggestions suggestions)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(Tree(suggestions), emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static JsonObject Tree(SuiteSuggestions suggestions) => new()
    {
        ["suite"] = suggestions.Name,
        ["expectations"] = new JsonArray([.. suggestions.Suggestions.Select(Node)]),
    };

    // What has its default value goes without saying.
    private static JsonNode Node(Suggestion suggestion)
    {
        var node = new JsonObject { ["column"] = suggestion.Column, ["kind"] = suggestion.Expectation.Kind };
        var parameters = JsonSerializer.SerializeToNode(suggestion.Expectation, suggestion.Expectation.GetType(), MlOpsJson.Options)!.AsObject();
        foreach (var said in (string[])["nulls", "description", "column", "columns"]) parameters.Remove(said);
        if (suggestion.Expectation.Mostly == 1) parameters.Remove("mostly");
        if (suggestion.Expectation.Severity == Severity.Error) parameters.Remove("severity");
        foreach (var (key, value) in parameters.ToArray())
        {
            parameters.Remove(key);
            if (value is not null && value.GetValueKind() != JsonValueKind.False) node[key] = value;
        }

        node["reason"] = suggestion.Reason;
        return node;
    }

    private static void Emit(JsonNode? node, Emitter emitter)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach (var (key, value) in map)
                {
                    emitter.Emit(new YamlDotNet.Core.Events.Scalar(key));
                    Emit(value, emitter);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Any(i => i is JsonObject) ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (var item in list) Emit(item, emitter);
                emitter.Emit(new SequenceEnd());
                break;
            default:
                var isText = node?.GetValueKind() == JsonValueKind.String;
                var text = isText ? node!.GetValue<string>() : node?.ToJsonString() ?? "null";
                emitter.Emit(new YamlDotNet.Core.Events.Scalar(AnchorName.Empty, TagName.Empty, text, isText ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: true));
                break;
        }
    }
}
