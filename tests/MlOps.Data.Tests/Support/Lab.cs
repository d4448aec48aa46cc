using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Data.Tests;

/// <summary>Runs stages over datasets in memory, or over real snapshots.</summary>
internal sealed class Lab : IDisposable
{
    private readonly ServiceProvider _services;

    public Lab(int batchSize = 3, Action<MlOpsBuilder>? configure = null)
        : this(builder =>
        {
            builder.Use<IDatasetStore>(_ => new InMemoryDatasetStore(batchSize));
            configure?.Invoke(builder);
        })
    {
    }

    private Lab(Action<MlOpsBuilder> configure)
    {
        var builder = new ServiceCollection().AddMlOpsCore().AddData();
        configure(builder);
        _services = builder.Services.BuildServiceProvider();
        Store = _services.GetRequiredService<IDatasetStore>();
    }

    public IDatasetStore Store { get; }

    public IServiceProvider Services => _services;

    public TransformerCatalog Catalog => Services.GetRequiredService<TransformerCatalog>();

    /// <summary>Makes a lab with Parquet files and the columnar engine.</summary>
    public static Lab OfFiles() => new(builder => builder.UseDuckDb().UseInMemoryStores());

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

    public void Dispose() => _services.Dispose();

    private sealed record Given(Dataset Data) : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Data);
    }
}
