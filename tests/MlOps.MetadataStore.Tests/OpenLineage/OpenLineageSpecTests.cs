using System.Text.Json;
using Json.Schema;
using MlOps.Peers;

namespace MlOps.MetadataStore.Tests;

/// <summary>Holds every event, and every facet in it, to the schemas of OpenLineage 2-0-2.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class OpenLineageSpecTests
{
    private static readonly string Folder = Path.Combine(Oracles.Folder, "openlineage", "spec");
    private static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    private static readonly Lazy<IReadOnlyDictionary<string, JsonSchema>> Schemas = new(ReadSchemas);

    public static IEnumerable<TheoryDataRow<string>> Events()
    {
        var isAbsent = !File.Exists(Path.Combine(Folder, "OpenLineage.json")) && Environment.GetEnvironmentVariable("CI") != "true";
        return Happenings.All.Keys.Select(name => new TheoryDataRow<string>(name)
        {
            TestDisplayName = name,
            Skip = isAbsent ? $"The schemas of OpenLineage are not here: {Folder}. Set MLOPS_ORACLES to the folder of the peers' cases." : null,
        });
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_valid(string name)
    {
        using var json = Write(name);
        Check(Schemas.Value["https://openlineage.io/spec/2-0-2/OpenLineage.json"], json.RootElement);
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_facet_of_an_event_is_valid_by_the_schema_that_it_names(string name)
    {
        using var json = Write(name);
        foreach (var (key, facet) in FacetsOf(json.RootElement))
        {
            var url = facet.GetProperty("_schemaURL").GetString()!;
            Schemas.Value.Should().ContainKey(url.Split('#')[0], "facet {0} names its schema", key);
            using var owner = JsonDocument.Parse($"{{{JsonSerializer.Serialize(key)}:{facet.GetRawText()}}}");
            var schema = Schemas.Value[url.Split('#')[0]];
            Check(schema, owner.RootElement);
            File.ReadAllText(FileOf(url)).Should().Contain($"\"{key}\":", "the schema says that the facet is called so").And.Contain($"\"{url.Split('/')[^1]}\":");
        }
    }

    [Fact]
    public void A_wrong_event_is_found_so_the_test_can_fail()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "OpenLineage.json")) || Environment.GetEnvironmentVariable("CI") == "true", $"The schemas of OpenLineage are not here: {Folder}.");
        using var json = Write("split finished");
        var core = Schemas.Value["https://openlineage.io/spec/2-0-2/OpenLineage.json"];
        using var noUuid = JsonDocument.Parse(json.RootElement.GetRawText().Replace("\"runId\":\"", "\"runId\":\"x", StringComparison.Ordinal));
        using var noTime = JsonDocument.Parse(json.RootElement.GetRawText().Replace("\"eventTime\":\"", "\"eventTime\":\"x", StringComparison.Ordinal));
        using var noJob = JsonDocument.Parse(json.RootElement.GetRawText().Replace("\"job\":", "\"jobs\":", StringComparison.Ordinal));
        foreach (var wrong in (JsonDocument[])[noUuid, noTime, noJob]) core.Evaluate(wrong.RootElement, Strict).IsValid.Should().BeFalse();
    }

    private static JsonDocument Write(string name)
    {
        var options = new OpenLineageOptions { SourceCode = new("https://example.org/flights"), StackTraces = true };
        options.Owners.Add("team:forecasting");
        options.EnvironmentVariables.Add("PATH");
        return JsonDocument.Parse(new OpenLineageWriter(options).Write(Happenings.All[name]));
    }

    private static void Check(JsonSchema schema, JsonElement json)
    {
        var result = schema.Evaluate(json, Strict);
        var errors = (result.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation} {e.Key}: {e.Value}"));
        result.IsValid.Should().BeTrue("{0}", string.Join('\n', errors));
    }

    private static IEnumerable<(string Key, JsonElement Facet)> FacetsOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(property => property.Name is "facets" or "inputFacets" or "outputFacets"
            ? property.Value.EnumerateObject().Select(facet => (facet.Name, facet.Value))
            : FacetsOf(property.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(FacetsOf),
        _ => [],
    };

    private static string FileOf(string url) => Path.Combine(Folder, "facets", url.Split('#')[0].Split('/')[^1]);

    private static Dictionary<string, JsonSchema> ReadSchemas()
    {
        var schemas = new Dictionary<string, JsonSchema>();
        foreach (var file in (string[])[Path.Combine(Folder, "OpenLineage.json"), .. Directory.EnumerateFiles(Path.Combine(Folder, "facets"), "*.json")])
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!json.RootElement.TryGetProperty("$id", out var id)) continue;
            schemas[id.GetString()!] = JsonSchema.FromText(File.ReadAllText(file)); // registers itself under its $id
        }

        return schemas;
    }
}
