using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Redis.Tests;

public sealed class RedisOnlineStoreConformanceTests(RedisFixture server) : OnlineStoreConformance, IAsyncDisposable
{
    private readonly TestKeys _keys = new(server.Configuration);

    public ValueTask DisposeAsync() => _keys.DisposeAsync();

    protected override Task<IOnlineStore> CreateAsync() => Task.FromResult<IOnlineStore>(_keys.Open());
}

public sealed class RedisClusterConformanceTests(RedisFixture server) : OnlineStoreConformance, IAsyncDisposable
{
    private readonly TestKeys _keys = new(server.Cluster);

    public ValueTask DisposeAsync() => _keys.DisposeAsync();

    protected override Task<IOnlineStore> CreateAsync() => Task.FromResult<IOnlineStore>(_keys.Open());
}
