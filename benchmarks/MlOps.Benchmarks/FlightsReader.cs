using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>Reads Parquet files of flights with the embedded engine.</summary>
internal sealed class FlightsReader : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddMlOps(o => o.Folder = Path.Combine(FlightsFile.Folder, "mlops")).Services.BuildServiceProvider();

    public IColumnarEngine Engine => _services.GetRequiredService<IColumnarEngine>();

    public IAsyncEnumerable<RecordBatch> ReadAsync() => Engine.ReadAsync(new ParquetFile(FlightsFile.Parquet));

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
