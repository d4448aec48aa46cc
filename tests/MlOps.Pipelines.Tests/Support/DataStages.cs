using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Pipelines.Tests;

/// <summary>Datasets without rows, which stages pass on as if they had some.</summary>
internal static class Tables
{
    public static Dataset Of(string name, DatasetOrigin origin) => new(
        name, Sha256.Hex(name), new([new("distance", ColumnType.Float64), new("late", ColumnType.Boolean)]), 100, new(Sha256.Hex("file of " + name), 1000), origin, DateTimeOffset.UnixEpoch);

    public static DataSplit Split(Dataset data)
    {
        Dataset Part(string part) => Of($"{data.Name}-{part}", new("split", data.Fingerprint));
        return new(Part("training"), Part("validation"), Part("holdout").Lock(), []);
    }

    public static ModelBundle Bundle(DataSplit? split) => new("delay", new(Sha256.Hex("model"), 5), Manifests.Empty with
    {
        Model = "delay",
        Signature = new(new([new("distance", ColumnType.Float64)]), [new("Score", TensorType.Float32, 1)]),
        Features = ["distance"],
        Label = "late",
        Data = split is null ? new Dictionary<string, DatasetReference>() : new()
        {
            ["training"] = split.Training.ToReference(),
            ["validation"] = split.Validation.ToReference(),
            ["holdout"] = split.Holdout.ToReference(),
        },
    });
}

public sealed record Take(string Name) : IPipelineStage<Nothing, Dataset>
{
    public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Tables.Of(Name, new("csv", "flights.csv")));
}

public sealed record SplitOne : IPipelineStage<Dataset, DataSplit>
{
    public Task<DataSplit> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        context.ReportQuality(new(input.Fingerprint, input.RowCount, [new("not_null", "late", true, "late has a value", "It has.", "error")]) { MissingCounts = new Dictionary<string, long> { ["late"] = 0 } });
        return Task.FromResult(Tables.Split(input));
    }
}

public sealed record SplitFirst : IPipelineStage<(Dataset First, Dataset Second), DataSplit>
{
    public Task<DataSplit> RunAsync((Dataset First, Dataset Second) input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Tables.Split(input.First));
}

public sealed record Learn : IPipelineStage<DataSplit, Candidate>
{
    public Task<Candidate> RunAsync(DataSplit input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Candidate(Tables.Bundle(input), input));
}

public sealed record LearnAlone : IPipelineStage<Dataset, ModelBundle>
{
    public Task<ModelBundle> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Tables.Bundle(null));
}

public sealed record Publish(string? Maker) : IPipelineStage<Candidate, ModelVersion>
{
    public Task<ModelVersion> RunAsync(Candidate input, StageContext context, CancellationToken cancellationToken) =>
        Task.FromResult(new ModelVersion("delay", 1, input.Bundle, Maker ?? context.RunId, DateTimeOffset.UnixEpoch, null, null, []));
}

public sealed record PublishBundle : IPipelineStage<ModelBundle, ModelVersion>
{
    public Task<ModelVersion> RunAsync(ModelBundle input, StageContext context, CancellationToken cancellationToken) =>
        Task.FromResult(new ModelVersion("delay", 1, input, context.RunId, DateTimeOffset.UnixEpoch, null, null, []));
}

public sealed record Break : IPipelineStage<DataSplit, Number>
{
    public Task<Number> RunAsync(DataSplit input, StageContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("It broke.");
}
