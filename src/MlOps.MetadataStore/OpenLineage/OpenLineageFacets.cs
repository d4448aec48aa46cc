using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Writes the facets of runs and jobs.</summary>
internal sealed class OpenLineageFacets(OpenLineageOptions options)
{
    private static readonly string Version =
        typeof(OpenLineageFacets).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public JsonObject Run(RunEvent happened)
    {
        var facets = new JsonObject
        {
            ["processing_engine"] = Facet("1-1-1", "ProcessingEngineRunFacet", new() { ["name"] = "MlOps.Sdk", ["version"] = Version, ["openlineageAdapterVersion"] = Version }),
        };
        if (happened.ScheduledFor is { } due) facets["nominalTime"] = Facet("1-0-1", "NominalTimeRunFacet", new() { ["nominalStartTime"] = Time(due) });
        if (happened.Error is { } error) facets["errorMessage"] = Facet("1-0-1", "ErrorMessageRunFacet", Error(error));
        if (happened.Parameters.Count > 0) facets["executionParameters"] = Facet("1-0-0", "ExecutionParametersRunFacet", new() { ["parameters"] = Parameters(happened.Parameters) });
        if (happened.Stage is null && Variables() is { Count: > 0 } variables) facets["environmentVariables"] = Facet("1-0-0", "EnvironmentVariablesRunFacet", new() { ["environmentVariables"] = variables });
        var tags = happened.Tags.ToDictionary();
        if (happened.Cache is { } cache) tags["mlops.cache"] = cache.IsHit ? $"hit: {cache.Reason}" : $"miss: {cache.Reason}";
        if (tags.Count > 0) facets["tags"] = Facet("1-0-0", "TagsRunFacet", new() { ["tags"] = Tags(tags) });
        return facets;
    }

    public JsonObject Job(RunEvent happened)
    {
        var facets = new JsonObject
        {
            ["jobType"] = Facet("2-0-4", "JobTypeJobFacet", new() { ["processingType"] = "BATCH", ["integration"] = "MLOPS_SDK", ["jobType"] = happened.Stage is null ? "PIPELINE" : "STAGE" }),
        };
        if (happened.Description is { } text) facets["documentation"] = Facet("1-1-0", "DocumentationJobFacet", new() { ["description"] = text, ["contentType"] = "text/plain" });
        if (options.Owners.Count > 0)
        {
            facets["ownership"] = Facet("1-0-1", "OwnershipJobFacet", new() { ["owners"] = new JsonArray([.. options.Owners.Select(owner => new JsonObject { ["name"] = owner })]) });
        }

        if (options.SourceCode is { } code)
        {
            var location = new JsonObject { ["type"] = "git", ["url"] = code.AbsoluteUri, ["repoUrl"] = code.AbsoluteUri };
            if (happened.Tags.TryGetValue("mlflow.source.git.commit", out var commit)) location["version"] = commit;
            facets["sourceCodeLocation"] = Facet("1-1-0", "SourceCodeLocationJobFacet", location);
        }

        return facets;
    }

    public JsonObject Parent(string runId, string pipeline) => Facet("1-2-0", "ParentRunFacet", new()
    {
        ["run"] = new JsonObject { ["runId"] = runId },
        ["job"] = new JsonObject { ["namespace"] = options.Namespace, ["name"] = pipeline },
    });

    /// <summary>Adds to a facet what every facet has.</summary>
    /// <param name="version">The version of its schema.</param>
    /// <param name="name">The name of its schema.</param>
    /// <param name="content">What it says.</param>
    /// <param name="file">The file of the schema; null when it is called as the facet.</param>
    public JsonObject Facet(string version, string name, JsonObject content, string? file = null)
    {
        content["_producer"] = options.Producer.AbsoluteUri;
        content["_schemaURL"] = $"https://openlineage.io/spec/facets/{version}/{file ?? name}.json#/$defs/{name}";
        return content;
    }

    private static JsonArray Parameters(IReadOnlyDictionary<string, string> parameters) =>
        new([.. parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new JsonObject { ["key"] = p.Key, ["name"] = p.Key, ["value"] = p.Value })]);

    private static JsonArray Tags(Dictionary<string, string> tags) =>
        new([.. tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => new JsonObject { ["key"] = t.Key, ["value"] = t.Value, ["source"] = "MLOPS_SDK" })]);

    private JsonObject Error(Exception error)
    {
        var content = new JsonObject { ["message"] = error.Message, ["programmingLanguage"] = "C#" };
        if (options.StackTraces) content["stackTrace"] = error.ToString();
        return content;
    }

    private JsonArray Variables() => new(
    [
        .. options.EnvironmentVariables
            .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null)
            .Select(variable => new JsonObject { ["name"] = variable.Name, ["value"] = variable.Value }),
    ]);
}
