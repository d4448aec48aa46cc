using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Writes what happened in a run as an OpenLineage event. A pipeline is a job, each of its stages is another, and the run of the pipeline is the parent of the runs of the stages.</summary>
internal sealed class OpenLineageWriter(OpenLineageOptions options)
{
    private const string Schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

    private readonly OpenLineageFacets _facets = new(options);
    private readonly OpenLineageDatasets _datasets = new(options);

    public string Write(RunEvent happened)
    {
        var json = new JsonObject
        {
            ["eventType"] = happened.Kind switch
            {
                RunEventKind.Started => "START",
                RunEventKind.Resumed => "RUNNING", // its start was told by the process that died
                RunEventKind.Finished => "COMPLETE",
                RunEventKind.Failed => "FAIL",
                _ => "ABORT",
            },
            ["eventTime"] = OpenLineageFacets.Time(happened.At),
            ["producer"] = options.Producer.AbsoluteUri,
            ["schemaURL"] = Schema,
            ["run"] = new JsonObject { ["runId"] = RunId(happened), ["facets"] = RunFacets(happened) },
            ["job"] = new JsonObject { ["namespace"] = options.Namespace, ["name"] = JobName(happened), ["facets"] = _facets.Job(happened) },
            ["inputs"] = new JsonArray([.. happened.Sources.Select(_datasets.Source), .. happened.Inputs.Select(input => _datasets.Input(input, QualityOf(happened, input)))]),
            ["outputs"] = new JsonArray([.. happened.Outputs.Select(output => _datasets.Output(output, happened)), .. happened.Models.Select(_datasets.Model)]),
        };
        return json.ToJsonString(MlOpsJson.Options);
    }

    /// <summary>Gives the run of a stage an identifier of its own (a UUID of version 8, RFC 9562): the same whoever asks, another for each process that took the run over.</summary>
    internal static string StageRunId(string runId, string stage, int resumptions)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{runId}\n{stage}\n{resumptions}"))).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private static string PipelineRunId(RunEvent happened) => Guid.ParseExact(happened.RunId, "N").ToString("D");

    private static string RunId(RunEvent happened) => happened.Stage is { } stage ? StageRunId(happened.RunId, stage.Name, happened.Resumptions) : PipelineRunId(happened);

    private static string JobName(RunEvent happened) => happened.Stage is { } stage ? $"{happened.Pipeline}.{stage.Name}" : happened.Pipeline;

    private static DataQuality? QualityOf(RunEvent happened, RunDataset dataset) => happened.Quality.LastOrDefault(q => q.Fingerprint == dataset.Data.Fingerprint);

    private JsonObject RunFacets(RunEvent happened)
    {
        var facets = _facets.Run(happened);
        if (happened.Stage is not null) facets["parent"] = _facets.Parent(PipelineRunId(happened), happened.Pipeline);
        return facets;
    }
}
