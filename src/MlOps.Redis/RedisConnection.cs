using StackExchange.Redis;

namespace MlOps.Redis;

/// <summary>The one connection of a store, made when it is first needed. It comes back by itself when it was lost.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly ConfigurationOptions _settings;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile ConnectionMultiplexer? _multiplexer;
    private volatile bool _isKnown;
    private volatile bool _isCluster;

    public RedisConnection(RedisOptions options)
    {
        _settings = Parse(options.Configuration!)!;
        _settings.ClientName ??= "MlOps.Sdk";
        _settings.AbortOnConnectFail = false; // and try again behind our back
        _settings.BacklogPolicy = BacklogPolicy.FailFast; // a caller who reads features cannot wait for a server that is gone
        _settings.IncludeDetailInExceptions = false; // it would hold keys
        Name = string.Join(',', _settings.EndPoints.Select(e => e.ToString()!.Split('/')[^1])) + (_settings.DefaultDatabase is { } database ? $"/{database}" : string.Empty);
    }

    /// <summary>Gets the servers, without secrets.</summary>
    public string Name { get; }

    /// <summary>Reads a configuration.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The configuration; null when it is none, or names no server.</returns>
    public static ConfigurationOptions? Parse(string text)
    {
        try
        {
            var parsed = ConfigurationOptions.Parse(text);
            return parsed.EndPoints.Count > 0 ? parsed : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return null; // without its message, which may hold what was written
        }
    }

    /// <summary>Says whether the servers are a cluster, which is known when one of them has answered.</summary>
    /// <param name="multiplexer">The connection.</param>
    /// <returns>True when they are.</returns>
    public bool IsCluster(ConnectionMultiplexer multiplexer)
    {
        if (_isKnown) return _isCluster;
        foreach (var server in multiplexer.GetServers())
        {
            if (!server.IsConnected) continue;
            _isCluster |= server.ServerType == ServerType.Cluster;
            _isKnown = true;
        }

        return _isCluster;
    }

    public ValueTask<ConnectionMultiplexer> GetAsync(CancellationToken cancellationToken) => _multiplexer is { } open ? new(open) : OpenAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is { } open) await open.DisposeAsync().ConfigureAwait(false);
        _gate.Dispose();
    }

    private async ValueTask<ConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _multiplexer ??= await ConnectionMultiplexer.ConnectAsync(_settings).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
