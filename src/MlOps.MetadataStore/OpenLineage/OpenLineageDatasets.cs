using System.Globalization;
using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Writes sources, snapshots and registered models as datasets.</summary>
internal sealed class OpenLineageDatasets(OpenLineageOptions options)
{
    // Operations that choose rows and leave every column as it is.
    private static readonly string[] RowChoices = ["split", "where", "deduplicate"];

    private readonly OpenLineageFacets _facets = new(options);

    /// <summary>Writes where rows came from, named as OpenLineage's naming conventions say.</summary>
    public JsonObject Source(DatasetOrigin origin)
    {
        var (space, name, uri) = Uri.TryCreate(origin.Location, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? (address.GetLeftPart(UriPartial.Authority), address.PathAndQuery, address.AbsoluteUri)
            : origin.Kind is "parquet" or "csv" or "jsonlines" or "file"
                ? ("file", origin.Location, new Uri(Path.GetFullPath(origin.Location)).AbsoluteUri)
                : ($"mlops-{origin.Kind}", origin.Location, $"urn:mlops-source:{Uri.EscapeDataString(origin.Kind)}:{Sha256.Hex(origin.Location)}");
        return new()
        {
            ["namespace"] = space,
            ["name"] = name,
            ["facets"] = new JsonObject { ["dataSource"] = DataSource(space, uri) },
        };
    }

    public JsonObject Input(RunDataset dataset, DataQuality? quality)
    {
        var json = Snapshot(dataset.Data);
        json["inputFacets"] = InputFacets(dataset.Data, quality);
        return json;
    }

    public JsonObject Output(RunDataset dataset, RunEvent happened)
    {
        var json = Snapshot(dataset.Data);
        if (dataset.Origin is { } origin && RowChoices.Contains(origin.Kind) && happened.Inputs.FirstOrDefault(i => origin.Location.Contains(i.Data.Fingerprint, StringComparison.Ordinal)) is { } parent)
        {
            var known = dataset.Data.Schema.Where(column => parent.Data.Schema.Contains(column.Name)).Select(column => (column.Name, new[] { column.Name }));
            json["facets"]!["columnLineage"] = ColumnLineage(known, parent.Data, "DIRECT", "IDENTITY");
        }

        json["outputFacets"] = new JsonObject { ["outputStatistics"] = _facets.Facet("1-0-2", "OutputStatisticsOutputDatasetFacet", Statistics(dataset.Data)) };
        return json;
    }

    /// <summary>Writes a registered version as a dataset whose columns are what it predicts, from the columns that it learned from. Of one without a bundle only its number is known.</summary>
    public JsonObject Model(ModelVersion version)
    {
        if (version.Bundle is not { } bundle)
        {
            return new()
            {
                ["namespace"] = options.Namespace,
                ["name"] = $"models/{version.Model}",
                ["facets"] = new JsonObject { ["version"] = Version(version.Version.ToString(CultureInfo.InvariantCulture)) },
            };
        }

        var manifest = bundle.Manifest;
        var facets = new JsonObject
        {
            ["version"] = Version(version.Version.ToString(CultureInfo.InvariantCulture)),
            ["dataSource"] = ArtifactSource(bundle.Artifact),
            ["storage"] = Storage("zip"),
            ["schema"] = Schema(manifest.Signature.Outputs.Select(output => (output.Name, output.Type.ToString()))),
        };
        if (manifest.Data.TryGetValue("training", out var training))
        {
            string[] learned = [.. manifest.Signature.InputSchema.Select(column => column.Name).Where(training.Schema.Contains)];
            facets["columnLineage"] = ColumnLineage(manifest.Signature.Outputs.Select(output => (output.Name, learned)), training, "DIRECT", "TRANSFORMATION");
        }

        return new()
        {
            ["namespace"] = options.Namespace,
            ["name"] = $"models/{version.Model}",
            ["facets"] = facets,
            ["outputFacets"] = new JsonObject
            {
                ["outputStatistics"] = _facets.Facet("1-0-2", "OutputStatisticsOutputDatasetFacet", new() { ["size"] = bundle.Artifact.Size, ["fileCount"] = 1 }),
            },
        };
    }

    private static JsonObject Statistics(DatasetReference data) => new() { ["rowCount"] = data.RowCount, ["size"] = data.Artifact.Size, ["fileCount"] = 1 };

    private JsonObject Snapshot(DatasetReference data) => new()
    {
        ["namespace"] = options.Namespace,
        ["name"] = data.Name,
        ["facets"] = new JsonObject
        {
            ["schema"] = Schema(data.Schema.Select(column => (column.Name, column.Type.ToString()))),
            ["version"] = Version(data.Fingerprint),
            ["dataSource"] = ArtifactSource(data.Artifact),
            ["storage"] = Storage("parquet"),
        },
    };

    private JsonObject InputFacets(DatasetReference data, DataQuality? quality)
    {
        var facets = new JsonObject { ["inputStatistics"] = _facets.Facet("1-0-0", "InputStatisticsInputDatasetFacet", Statistics(data)) };
        if (quality is null) return facets;
        facets["dataQualityMetrics"] = _facets.Facet("1-0-3", "DataQualityMetricsInputDatasetFacet", new()
        {
            ["rowCount"] = quality.RowCount,
            ["bytes"] = data.Artifact.Size,
            ["columnMetrics"] = new JsonObject(quality.MissingCounts.Select(missing => KeyValuePair.Create<string, JsonNode?>(missing.Key, new JsonObject { ["nullCount"] = missing.Value }))),
        });
        facets["dataQualityAssertions"] = _facets.Facet("1-1-0", "DataQualityAssertionsDatasetFacet", new() { ["assertions"] = new JsonArray([.. quality.Checks.Select(Assertion)]) });
        return facets;
    }

    private static JsonObject Assertion(DataCheck check)
    {
        var assertion = new JsonObject { ["assertion"] = check.Kind, ["success"] = check.Holds, ["severity"] = check.Severity, ["expected"] = check.Expected, ["actual"] = check.Observed };
        if (check.Column is { } column) assertion["column"] = column;
        return assertion;
    }

    private JsonObject ColumnLineage(IEnumerable<(string Name, string[] From)> columns, DatasetReference parent, string type, string subtype)
    {
        var fields = columns.Select(column => KeyValuePair.Create<string, JsonNode?>(column.Name, new JsonObject
        {
            ["inputFields"] = new JsonArray([.. column.From.Select(from => new JsonObject
            {
                ["namespace"] = options.Namespace,
                ["name"] = parent.Name,
                ["field"] = from,
                ["transformations"] = new JsonArray(new JsonObject { ["type"] = type, ["subtype"] = subtype }),
            })]),
        }));
        return _facets.Facet("1-2-0", "ColumnLineageDatasetFacet", new() { ["fields"] = new JsonObject(fields) });
    }

    private JsonObject Schema(IEnumerable<(string Name, string Type)> columns) => _facets.Facet("1-2-0", "SchemaDatasetFacet", new()
    {
        ["fields"] = new JsonArray([.. columns.Select((column, i) => new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["ordinal_position"] = i + 1 })]),
    });

    private JsonObject Version(string version) => _facets.Facet("1-0-1", "DatasetVersionDatasetFacet", new() { ["datasetVersion"] = version });

    private JsonObject ArtifactSource(ArtifactRef artifact) => DataSource("artifacts", $"urn:sha256:{artifact.Digest}");

    private JsonObject DataSource(string name, string uri) => _facets.Facet("1-0-1", "DatasourceDatasetFacet", new() { ["name"] = name, ["uri"] = uri });

    private JsonObject Storage(string format) => _facets.Facet("1-0-1", "StorageDatasetFacet", new() { ["storageLayer"] = "artifacts", ["fileFormat"] = format });
}
