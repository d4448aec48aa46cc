using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

public sealed class FilePredictionStoreTests : PredictionStoreConformance, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BreakableEngine _engine = new();

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<IPredictionStore> CreateAsync() => Task.FromResult<IPredictionStore>(new FilePredictionStore(new() { Folder = _folder.Path }, _engine, NullLogger.Instance));
}
