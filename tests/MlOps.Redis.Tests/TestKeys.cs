using StackExchange.Redis;

namespace MlOps.Redis.Tests;

/// <summary>A prefix for one test, and the stores that were opened with it.</summary>
internal sealed class TestKeys(string configuration) : IAsyncDisposable
{
    private readonly List<RedisOnlineStore> _stores = [];

    public string Prefix { get; } = $"test-{Guid.NewGuid():n}:";

    public RedisOnlineStore Open(string settings = "")
    {
        var store = new RedisOnlineStore(new() { Configuration = configuration + settings, KeyPrefix = Prefix });
        _stores.Add(store);
        return store;
    }

    /// <summary>Connects behind the back of the stores.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(configuration + ",allowAdmin=true");

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        await using var connection = await ConnectAsync();
        foreach (var server in connection.GetServers())
        {
            await foreach (var key in server.KeysAsync(pattern: Prefix + "*")) await connection.GetDatabase().KeyDeleteAsync(key);
        }
    }
}
