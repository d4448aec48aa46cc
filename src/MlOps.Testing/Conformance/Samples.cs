using System.Globalization;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>Values for the conformance suites, made to be awkward.</summary>
internal static class Samples
{
    internal const string Awkward = "Größe 東京 \U0001F6EB '; DROP TABLE runs; -- \"%_\\\n\t";

    internal static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);

    internal static string RunId(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    internal static NewRun Run(int number, string experiment = "flight-delay", TimeSpan after = default) => new(RunId(number), experiment, "run", Noon + after);

    internal static DatasetReference Data(string name = "flights") =>
        new(name, Sha256.Hex(name), new([new("distance", ColumnType.Float64), new(Awkward, ColumnType.String)]), 1_000_000, new(Sha256.Hex("file of " + name), 12_345));

    internal static EvaluationReport Report(bool holds = true) => new(
        Data(),
        new Dictionary<string, double> { ["auc"] = 0.1 + 0.2, ["rmse"] = double.NaN },
        new Dictionary<string, double> { ["auc"] = double.NegativeInfinity },
        new Dictionary<string, double> { ["auc"] = double.PositiveInfinity },
        "flight-delay/7",
        [new(Awkward, "auc", double.NaN, 0.65, holds)]);

    internal static ModelBundle Bundle(string content, string model = "flight-delay") => new(
        model,
        new(Sha256.Hex(content), content.Length),
        new()
        {
            Model = model,
            Platform = "mlnet_zip",
            Task = "binary-classification",
            Signature = new(new([new("distance", ColumnType.Float64)]), [new("Score", TensorType.Float32, 3)]),
            Features = ["distance"],
            Label = Awkward,
            Preparation = [new("ImputeMedian", System.Text.Json.JsonSerializer.SerializeToElement(new { column = "distance", value = 1.5 }, MlOpsJson.Options))],
            Hyperparameters = new Dictionary<string, string> { ["trees"] = "100" },
            Metrics = new Dictionary<string, double> { ["auc"] = 0.1 + 0.2, ["nan"] = double.NaN, ["infinite"] = double.NegativeInfinity },
            Baseline = new Dictionary<string, double>(),
            Data = new Dictionary<string, DatasetReference> { ["training"] = Data() },
            Environment = new Dictionary<string, string> { ["seed"] = "1" },
            Parts = new Dictionary<string, ArtifactRef> { ["model"] = new(Sha256.Hex("part of " + content), 9) },
        });

    internal static NewModelVersion Version(int number, string model = "flight-delay") =>
        new(model, Bundle(string.Create(CultureInfo.InvariantCulture, $"bundle {number}"), model), RunId(number), Noon, Report());

    internal static StageCheckpoint Checkpoint(string runId, string stage, StageStatus status = StageStatus.Finished, string key = "key", double endsAfterSeconds = 1, string pipeline = "daily") => new()
    {
        RunId = runId,
        Pipeline = pipeline,
        Stage = stage,
        Status = status,
        Attempts = status is StageStatus.Cached ? 0 : 2,
        Key = key,
        KeyParts = new Dictionary<string, string> { ["code"] = "1", [Awkward] = Awkward },
        CacheReason = Awkward,
        Output = status is StageStatus.Failed ? null : "{\"rows\":1}",
        OutputFingerprint = status is StageStatus.Failed ? null : Sha256.Hex(stage),
        Entries = new()
        {
            Metrics = [new("loss", double.NaN, 3, Noon), new("auc", 0.1 + 0.2, 0, Noon)],
            Parameters = new Dictionary<string, string> { ["trees"] = Awkward },
            Tags = new Dictionary<string, string> { ["owner"] = string.Empty },
            Inputs = [new("flights", Sha256.Hex("rows"), "training")],
        },
        StartedAt = Noon,
        EndedAt = Noon.AddSeconds(endsAfterSeconds),
        Error = status is StageStatus.Failed ? Awkward : null,
    };

    /// <summary>Starts work on as many tasks, all at once.</summary>
    internal static Task<T[]> InParallel<T>(int count, Func<int, Task<T>> work)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            await gate.Task.ConfigureAwait(false);
            return await work(i).ConfigureAwait(false);
        })));
        gate.SetResult();
        return all;
    }
}
