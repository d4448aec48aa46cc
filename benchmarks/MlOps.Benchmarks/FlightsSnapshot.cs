using System.Text.Json;
using Microsoft.ML;
using MlOps.Core;
using MlOps.Data;
using MlOps.Training;

namespace MlOps.Benchmarks;

/// <summary>The three million flights as a snapshot in the embedded dataset store, acquired once.</summary>
internal sealed class FlightsSnapshot : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Dataset _dataset;

    private FlightsSnapshot(ServiceProvider services, Dataset dataset) => (_services, _dataset) = (services, dataset);

    private IDatasetStore Store => _services.GetRequiredService<IDatasetStore>();

    public static async Task<FlightsSnapshot> OpenAsync()
    {
        var services = new ServiceCollection().AddLogging().AddMlOps(o => o.Folder = Path.Combine(FlightsFile.Folder, "mlops")).Services.BuildServiceProvider();
        var path = Path.Combine(FlightsFile.Folder, "snapshot.json");
        if (File.Exists(path)) return new(services, JsonSerializer.Deserialize<Dataset>(await File.ReadAllTextAsync(path), MlOpsJson.Options)!);
        var source = Source.Parquet(FlightsFile.Parquet);
        var dataset = await services.GetRequiredService<IDatasetStore>().WriteAsync("flights", source.Origin, source.ReadAsync(services, CancellationToken.None));
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(dataset, MlOpsJson.Options));
        return new(services, dataset);
    }

    public IDataView ToDataView() => Store.ToDataView(_dataset);

    public IAsyncEnumerable<T> ReadRowsAsync<T>() => Store.ReadRowsAsync<T>(_dataset);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
