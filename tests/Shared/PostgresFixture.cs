using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace MlOps.Tests;

/// <summary>The one server of all tests. Without one they are skipped, and fail on a build server.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private const string Missing = "There is no PostgreSQL. Install it (the package postgresql of Debian), or set MLOPS_POSTGRES to the connection string of a superuser.";
    private PostgresServer? _server;

    /// <summary>Gets the connection string of a superuser.</summary>
    public string ConnectionString
    {
        get
        {
            if (_server is null) Assert.Skip(Missing);
            return _server.ConnectionString;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        if (_server is null && Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException(Missing);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null) await _server.DisposeAsync();
    }
}
