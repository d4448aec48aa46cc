using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

public sealed class FileMonitorStoreTests : MonitorStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_damaged_file_is_named()
    {
        var store = await CreateAsync();
        await store.TryWriteAsync("a", "{}", 0, TestContext.Current.CancellationToken);
        var file = Directory.GetFiles(Path.Combine(_folder.Path, "größe"), "*.json").Single();
        await File.WriteAllTextAsync(file, "{", TestContext.Current.CancellationToken);
        (await store.Awaiting(s => s.ReadAsync("a", TestContext.Current.CancellationToken)).Should().ThrowAsync<StoreException>()).WithMessage($"*{Path.GetFileName(file)}*Remove it*");
    }

    public void Dispose() => _folder.Dispose();

    protected override Task<IMonitorStore> CreateAsync() => Task.FromResult<IMonitorStore>(new FileMonitorStore(Path.Combine(_folder.Path, "größe")));
}
