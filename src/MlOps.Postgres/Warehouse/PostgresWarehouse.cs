using System.Data;
using MlOps.Core;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>A PostgreSQL database that holds features. Its connections are pooled; each session is a transaction that is undone at its end.</summary>
internal sealed class PostgresWarehouse : ISqlWarehouse, IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource _source;

    public PostgresWarehouse(string name, PostgresWarehouseOptions options)
    {
        Name = name;
        var settings = PostgresConnections.Parse(options.ConnectionString!)!;
        settings.ApplicationName ??= "MlOps.Sdk";
        settings.Enlist = false; // a transaction of the caller is not the warehouse's
        settings.IncludeErrorDetail = false; // it would hold values
        settings.CommandTimeout = (int)Math.Ceiling(options.QueryTimeout.TotalSeconds);
        _source = NpgsqlDataSource.Create(settings);
    }

    public string Name { get; }

    public SqlDialect Dialect => PostgresDialect.Instance;

    public async Task<ISqlSession> OpenAsync(CancellationToken cancellationToken = default)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            var session = new PostgresSession(Name, connection, transaction);
            connection = null;
            try
            {
                // A scan that joins another one in the middle of a table would give its rows in another order each time.
                // Compiling a query of many index look-ups takes longer than it saves.
                await session.ExecuteAsync("SET LOCAL TimeZone = 'UTC'; SET LOCAL synchronize_seqscans = off; SET LOCAL jit = off", cancellationToken).ConfigureAwait(false);
                return session;
            }
            catch
            {
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e) when (PostgresErrors.Translate(e, Name) is { } ours)
        {
            throw ours;
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _source.Dispose();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
