using System.ComponentModel;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.MetadataStore.Tests;

/// <summary>What a runner tells of a run that reads a file, splits it, learns and registers a model; and of runs that end badly.</summary>
internal static class Happenings
{
    public const string RunId = "0192f0c8a4b77d3e8a55c0ffee00babe";

    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DatasetOrigin Csv = new("csv", "data/flights größe.csv");
    private static readonly RunDataset Raw = new(Data("flights"), Csv, null);
    private static readonly RunDataset Training = new(Data("flights-training"), new("split", Raw.Data.Fingerprint), "training");
    private static readonly StageNode[] Stages = [.. Build().Stages];

    public static IReadOnlyDictionary<string, RunEvent> All { get; } = new Dictionary<string, RunEvent>
    {
        ["run started"] = Event(RunEventKind.Started) with
        {
            ScheduledFor = Noon.AddHours(-1),
            Description = "Predicts delays.",
            Parameters = new Dictionary<string, string> { ["rows"] = "100", ["empty"] = "" },
            Tags = new Dictionary<string, string> { ["mlops.trigger"] = "schedule", ["mlflow.source.git.commit"] = new('a', 40) },
        },
        ["run resumed"] = Event(RunEventKind.Resumed) with { Resumptions = 1 },
        ["run finished"] = Event(RunEventKind.Finished) with { Sources = [Csv], Outputs = [Raw, Training], Models = [Model()] },
        ["run failed"] = Event(RunEventKind.Failed) with { Error = Thrown() },
        ["run killed"] = Event(RunEventKind.Killed),
        ["acquire started"] = Event(RunEventKind.Started, 0),
        ["acquire finished"] = Event(RunEventKind.Finished, 0) with { Sources = [Csv, new("http", "https://example.org/a b?c=d"), new("query", "SELECT 1 -- \"x\""), new("rows", "Flight")], Outputs = [Raw] },
        ["split started"] = Event(RunEventKind.Started, 1) with { Inputs = [Raw] },
        ["split finished"] = Event(RunEventKind.Finished, 1) with
        {
            Inputs = [Raw],
            Outputs = [Training],
            Description = "Divides.",
            Parameters = new Dictionary<string, string> { ["Fraction"] = "0.7" },
            Cache = new("split", true, "Unchanged since run x."),
            Quality =
            [
                new(Raw.Data.Fingerprint, 100, [new("not_null", "late", false, "late has a value", "3 of 100 have none.", "error"), new("row_count_between", null, true, "1 to 200 rows", "100", "warning")])
                {
                    MissingCounts = new Dictionary<string, long> { ["late"] = 3 },
                },
            ],
        },
        ["register finished"] = Event(RunEventKind.Finished, 2) with { Inputs = [Training], Models = [Model()] },
        ["split failed"] = Event(RunEventKind.Failed, 1) with { Inputs = [Raw], Error = Thrown() },
        ["split killed"] = Event(RunEventKind.Killed, 1) with { Inputs = [Raw] },
    };

    private static RunEvent Event(RunEventKind kind, int? stage = null) => new() { Kind = kind, At = Noon.AddTicks(1_234_567), RunId = RunId, Pipeline = "flight-delay", Stage = stage is { } i ? Stages[i] : null };

    private static DatasetReference Data(string name) =>
        new(name, Sha256.Hex(name), new([new("distance", ColumnType.Float64), new("late \"ü\"", ColumnType.Boolean)]), 100, new(Sha256.Hex("file of " + name), 1000));

    private static ModelVersion Model() => new(
        "flight-delay",
        3,
        new("flight-delay", new(Sha256.Hex("model"), 5), Manifests.Empty with
        {
            Signature = new(new([new("distance", ColumnType.Float64)]), [new("Score", TensorType.Float32)]),
            Features = ["distance"],
            Label = "late \"ü\"",
            Data = new Dictionary<string, DatasetReference> { ["training"] = Training.Data },
        }),
        RunId,
        Noon,
        null,
        null,
        []);

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("The column 'late' is missing.");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private static PipelineBuilder Build()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Start(new Step(), o => o.Name = "acquire");
        pipeline.Start(new Step(), o => o.Name = "split");
        pipeline.Start(new Step(), o => o.Name = "register");
        return pipeline;
    }

    [Description("A step.")]
    private sealed record Step : IPipelineStage<Nothing, string>
    {
        public Task<string> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult("");
    }
}
