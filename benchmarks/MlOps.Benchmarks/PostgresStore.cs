using MlOps.Core;
using MlOps.Tests;
using Npgsql;

namespace MlOps.Benchmarks;

/// <summary>The metadata store in a PostgreSQL server of its own, which writes to the disk as one in use does.</summary>
internal sealed class PostgresStore : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly ServiceProvider _services;

    private PostgresStore(PostgresServer server)
    {
        _server = server;
        _services = Services(server.ConnectionString);
        Connections = NpgsqlDataSource.Create(server.ConnectionString + ";Search Path=mlops");
    }

    public static Func<string?> LeftOut => static () => Directory.Exists("/usr/lib/postgresql") || Environment.GetEnvironmentVariable("MLOPS_POSTGRES") is not null ? null : "PostgreSQL is not installed";

    public string ConnectionString => _server.ConnectionString;

    public IMetadataStore Metadata => _services.GetRequiredService<IMetadataStore>();

    /// <summary>Gets what connects past the store.</summary>
    public NpgsqlDataSource Connections { get; }

    public static async Task<PostgresStore> StartAsync()
    {
        var store = new PostgresStore(await PostgresServer.StartAsync("fsync=on") ?? throw new InvalidOperationException("PostgreSQL is not installed."));
        await store.Metadata.SearchExperimentsAsync(new()); // makes the tables
        return store;
    }

    public static ServiceProvider Services(string connectionString) => new ServiceCollection().AddLogging().AddMlOpsCore().UsePostgres(connectionString).Services.BuildServiceProvider();

    /// <summary>Records the start of a run.</summary>
    /// <returns>Its identifier.</returns>
    public static async Task<string> StartRunAsync(IMetadataStore store)
    {
        var id = Guid.NewGuid().ToString("n");
        await store.StartRunAsync(new(id, "benchmark", "run", DateTimeOffset.UnixEpoch));
        return id;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Connections.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Connections.DisposeAsync();
        await _server.DisposeAsync();
    }
}
