using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(MlOps.Redis.Tests.RedisFixture))]

namespace MlOps.Redis.Tests;

/// <summary>The one server of all tests, and one of a cluster of its own. Without them tests are skipped, and fail on a build server.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private const string Missing = "There is no Redis. Install it (the package redis-server of Debian), or set MLOPS_REDIS to a configuration of StackExchange.Redis.";
    private RedisServer? _server;
    private RedisServer? _cluster;

    /// <summary>Gets the configuration of the server.</summary>
    public string Configuration => Of(_server);

    /// <summary>Gets the configuration of a cluster, which refuses commands over several slots.</summary>
    public string Cluster => Of(_cluster);

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        if (_server is null && Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException(Missing);
        _cluster = await RedisServer.StartOwnAsync("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
        if (_cluster is null) return;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_cluster.Configuration + ",allowAdmin=true");
        await connection.GetServers()[0].ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        while (((string?)await connection.GetServers()[0].ExecuteAsync("CLUSTER", "INFO"))?.Contains("cluster_state:ok", StringComparison.Ordinal) != true) await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    private static string Of(RedisServer? server)
    {
        if (server is null) Assert.Skip(Missing);
        return server.Configuration;
    }
}
