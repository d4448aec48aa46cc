using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MlOps.Core;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MlOps.DataValidation;

/// <summary>Suites as JSON and as YAML, which say the same.</summary>
internal static partial class SuiteText
{
    private const string Name = "name";
    private const string Expectations = "expectations";

    public static string Json(ExpectationSuite suite) => Tree(suite).ToJsonString(MlOpsJson.Indented) + "\n";

    public static string Yaml(ExpectationSuite suite)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(Tree(suite), emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <exception cref="FormatException">The text is no suite; each problem is named with its line.</exception>
    public static ExpectationSuite Read(Func<TextNode> parse, ExpectationTypes types)
    {
        TextNode root;
        try
        {
            root = parse();
        }
        catch (SchemaException e)
        {
            throw new FormatException(e.Message, e);
        }

        if (root[Name] is not { IsScalar: true, Text: { } name } || root[Expectations] is not { IsList: true } listed) throw new FormatException($"A suite has a '{Name}' and a list of '{Expectations}'.");
        var problems = root.Entries.Where(e => e.Key is not (Name or Expectations)).Select(e => $"Line {e.Value.Line}: a suite has no '{e.Key}'. It has: {Name}, {Expectations}.").ToList();
        var expectations = new List<Expectation>();
        foreach (var item in listed.Items)
        {
            try
            {
                expectations.Add(ExpectationJson.Read(Node(item), types));
            }
            catch (FormatException e)
            {
                problems.Add($"Line {item.Line}: {e.Message}");
            }
        }

        return problems.Count == 0 ? new(name, expectations) : throw new FormatException(string.Join('\n', problems));
    }

    private static JsonObject Tree(ExpectationSuite suite) => new()
    {
        [Name] = suite.Name,
        [Expectations] = new JsonArray([.. suite.Expectations.Select(ExpectationJson.Write)]),
    };

    private static JsonNode? Node(TextNode text)
    {
        if (text.IsList) return new JsonArray([.. text.Items.Select(Node)]);
        if (!text.IsMap) return text.IsText ? JsonValue.Create(text.Text!) : Plain(text.Text);
        var map = new JsonObject();
        foreach (var (key, value) in text.Entries)
        {
            if (!map.TryAdd(key, Node(value))) throw new FormatException($"'{key}' stands twice.");
        }

        return map;
    }

    // What YAML writes without quotes. A number with zeros before it is a text: nobody writes a quantity so.
    private static JsonNode? Plain(string? text) => text switch
    {
        null => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when Number().IsMatch(text) => JsonNode.Parse(text),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex Number();

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
