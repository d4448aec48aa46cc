using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Data.Tests;

/// <summary>Runs stages over datasets in memory.</summary>
internal sealed class Lab
{
    private readonly Action<MlOpsBuilder>? _configure;

    public Lab(int batchSize = 3, Action<MlOpsBuilder>? configure = null)
    {
        Store = new InMemoryDatasetStore(batchSize);
        _configure = configure;
        var builder = new ServiceCollection().AddSingleton<IDatasetStore>(Store).AddMlOpsCore().AddData();
        _configure?.Invoke(builder);
        Services = builder.Services.BuildServiceProvider();
    }

    public InMemoryDatasetStore Store { get; }

    public IServiceProvider Services { get; }

    public TransformerCatalog Catalog => Services.GetRequiredService<TransformerCatalog>();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task<Dataset> KeepAsync(params (string Name, ColumnType Type, object?[] Values)[] columns) => KeepAsync(Table.Of(columns));

    public Task<Dataset> KeepAsync(RecordBatch rows, string name = "rides") =>
        Store.WriteAsync(name, new("rows", "test"), Table.Stream(rows), cancellationToken: Token);

    public Task<TOut> RunAsync<TOut>(Dataset data, Func<StageOutput<Dataset>, StageOutput<TOut>> define, int seed = 7) =>
        RunAsync<TOut>([data], inputs => define(inputs[0]), seed);

    public async Task<TOut> RunAsync<TOut>(Dataset[] data, Func<StageOutput<Dataset>[], StageOutput<TOut>> define, int seed = 7)
    {
        var pipeline = new PipelineBuilder();
        define([.. data.Select(d => pipeline.Start(new Given(d)))]);
        var results = new Dictionary<StageNode, object?>();
        foreach (var node in pipeline.Stages)
        {
            var context = new StageContext { Services = Services, Pipeline = "test", Stage = node.Name, RunId = "run", Seed = seed };
            results[node] = await node.RunAsync(node.Instance!, [.. node.Inputs.Select(i => results[i])], context, Token);
        }

        return (TOut)results[pipeline.Stages[^1]]!;
    }

    public async Task<object?[]> ColumnAsync(Dataset data, string column)
    {
        var values = new List<object?>();
        var readable = data.IsLocked ? Open(data) : data;
        await foreach (var batch in Store.ReadAsync(readable, [column], Token)) values.AddRange(Table.Column(batch, column));
        return [.. values];
    }

    public async Task<object?[]> PreparedAsync(DataSplit split, Dataset part, string column)
    {
        var values = new List<object?>();
        await foreach (var batch in Store.ReadPreparedAsync(part, Catalog.Load(split.Preparation), Token)) values.AddRange(Table.Column(batch, column));
        return [.. values];
    }

    public Dataset Open(Dataset holdout) =>
        new StageContext { Services = Services, Pipeline = "test", Stage = "accept", RunId = "run", Seed = 0, IsAcceptance = true }.OpenHoldout(holdout);

    private sealed record Given(Dataset Data) : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Data);
    }
}
