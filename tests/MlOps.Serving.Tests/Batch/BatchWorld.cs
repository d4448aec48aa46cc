using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;
using Column = MlOps.Core.Column;

namespace MlOps.Serving.Tests;

/// <summary>A server with datasets in memory.</summary>
internal sealed class BatchWorld(Server server, IDatasetStore datasets) : IAsyncDisposable
{
    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Server Server => server;

    public IDatasetStore Datasets => datasets;

    public IBatchScorer Scorer => server.Services.GetRequiredService<IBatchScorer>();

    public static async Task<BatchWorld> StartAsync(Action<MlOpsBuilder>? configure = null, int versions = 1, bool logs = true, IDatasetStore? datasets = null)
    {
        var store = datasets ?? new InMemoryDatasetStore(batchSize: 10);
        return new(await Server.StartAsync(
            configure: b =>
            {
                b.Use<IDatasetStore>(_ => store);
                configure?.Invoke(b);
            },
            versions: versions,
            logs: logs), store);
    }

    /// <summary>Makes a dataset of flights: their numbers, which repeat after seven, and how far they go.</summary>
    public Task<Dataset> FlightsAsync(params double?[] distances) => WriteAsync(Flights(distances));

    public Task<Dataset> WriteAsync(RecordBatch rows) => datasets.WriteAsync("flights", new("rows", "test"), One(rows), cancellationToken: Stop);

    public Task<BatchScores> ScoreAsync(Dataset rows, BatchScoringOptions? options = null) => Scorer.ScoreAsync(Server.Model, rows, options, null, Stop);

    public Task<List<Dictionary<string, object?>>> ReadAsync(Dataset dataset) => datasets.ReadAsync(dataset, null, Stop).ToRowsAsync();

    public static RecordBatch Flights(params double?[] distances)
    {
        var distance = new DoubleArray.Builder();
        foreach (var value in distances) distance.Append(value);
        return Table(
            (new("flight", ColumnType.String), new StringArray.Builder().AppendRange(distances.Select((_, i) => $"UA{i % 7}")).Build()),
            (new("distance", ColumnType.Float64), distance.Build()));
    }

    public static RecordBatch Table(params (Column Column, IArrowArray Values)[] columns) =>
        new(new DatasetSchema(columns.Select(c => c.Column)).ToArrow(), columns.Select(c => c.Values), columns[0].Values.Length);

    public static async IAsyncEnumerable<RecordBatch> One(RecordBatch batch)
    {
        await Task.CompletedTask;
        yield return batch;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

/// <summary>Tells at once.</summary>
internal sealed class Progress(Action<BatchProgress> report) : IProgress<BatchProgress>
{
    public void Report(BatchProgress value) => report(value);
}
