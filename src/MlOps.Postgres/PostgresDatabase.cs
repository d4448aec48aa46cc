using System.Data;
using System.Data.Common;
using System.Reflection;
using DbUp;
using DbUp.Postgresql;
using Microsoft.Extensions.Logging;
using MlOps.Core;
using MlOps.Relational;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>One schema of a PostgreSQL database: readers see one state and wait for nobody, writers wait for those who write the same rows.</summary>
internal sealed class PostgresDatabase : RelationalDatabase
{
    private const string Journal = "schema_versions";
    private const int OldestServer = 15;
    private static readonly Assembly Scripts = typeof(PostgresDatabase).Assembly;

    // While the server tells of changes a look now and then is for what it could not tell: a connection that died without a word.
    private static readonly TimeSpan ToldInterval = TimeSpan.FromMilliseconds(900);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly string _schema;
    private readonly PostgresListener _listener;

    internal PostgresDatabase(PostgresOptions options, TimeProvider time, ILogger<PostgresDatabase> logger)
    {
        _settings = PostgresConnections.Of(options);
        _schema = options.Schema;
        Name = $"{_settings.Host}:{_settings.Port}/{_settings.Database}/{_schema}";
        _source = NpgsqlDataSource.Create(_settings);
        _listener = new(_settings, _schema, Name, time, logger);
    }

    internal override string Name { get; }

    internal override string TakingRows => " FOR NO KEY UPDATE"; // and others may still refer to them

    internal override string KeepingRows => " FOR SHARE";

    internal override TimeSpan WatchInterval => _listener.IsListening ? ToldInterval : base.WatchInterval;

    internal override Task NextChangeAsync() => _listener.NextAsync();

    internal override string IsOneOf(string column, string parameter) => $"{column} = ANY(@{parameter})";

    internal override string IsOneOfKeys(string column) => $"{column} = ANY(@Keys)";

    internal override object KeysParameter(IReadOnlyCollection<long> keys) => keys.ToArray();

    internal override string IsLike(string value, string pattern) => $"{value} LIKE {pattern} ESCAPE ''";

    // The collation of the tables knows the cases of ASCII only.
    internal override string IsLikeInAnyCase(string value, string pattern) => $"{value} COLLATE \"und-x-icu\" ILIKE {pattern} ESCAPE ''";

    internal override Task<int> InsertAsync(Session session, BulkInsert insert, IReadOnlyList<object?[]> rows) => PostgresRows.InsertAsync(session, insert, rows);

    protected override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        // The lock is its connection's, so it goes when the process does. It is none of the pool's, which may have one connection only.
        var alone = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { Pooling = false }.ConnectionString);
        await using var _ = alone.ConfigureAwait(false);
        await alone.OpenAsync(cancellationToken).ConfigureAwait(false);
        CheckServer(Name, alone.PostgreSqlVersion);
        if (await IsCurrentAsync(alone, cancellationToken).ConfigureAwait(false)) return;
        await ScalarAsync(alone, "SELECT pg_advisory_lock(hashtextextended('mlops ' || @Schema, 0))", cancellationToken).ConfigureAwait(false);
        if (await IsCurrentAsync(alone, cancellationToken).ConfigureAwait(false)) return; // somebody else was first
        if (await ScalarAsync(alone, "SELECT 1 FROM pg_namespace WHERE nspname = @Schema", cancellationToken).ConfigureAwait(false) is null)
            await ScalarAsync(alone, $"CREATE SCHEMA {_schema}", cancellationToken).ConfigureAwait(false);
        Migrator.Run(DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(_source)).JournalToPostgresqlTable(_schema, Journal), Scripts, Name);
    }

    /// <summary>Refuses a server whose SQL the stores do not speak.</summary>
    /// <exception cref="StoreException">It is too old.</exception>
    internal static void CheckServer(string name, Version server)
    {
        if (server.Major < OldestServer) throw new StoreException($"The server of the store '{name}' is PostgreSQL {server}, but {OldestServer} or later is needed. Nothing was changed. Upgrade the server, or use another one.");
    }

    protected override ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken) => new((IDisposable?)null);

    protected override async Task<DbConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    // A writer sees what others have committed when it comes to a row; the stores take the row of a run or a model before they look at what belongs to it.
    protected override ValueTask<DbTransaction> BeginAsync(DbConnection connection, bool isWrite, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(isWrite ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead, cancellationToken);

    protected override bool IsWorthRepeating(Exception error, bool isCommitting) => PostgresErrors.IsWorthRepeating(error, isCommitting);

    protected override StoreException? Translate(Exception error) => PostgresErrors.Translate(error, Name);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _listener.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.AddWithValue("Schema", _schema);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    // One cheap look instead of the whole machinery at each start.
    private async Task<bool> IsCurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(connection, $"SELECT to_regclass('{_schema}.{Journal}')::text", cancellationToken).ConfigureAwait(false) is not string) return false;
        var executed = (string[])(await ScalarAsync(connection, $"SELECT COALESCE(array_agg(scriptname::text), '{{}}') FROM {_schema}.{Journal}", cancellationToken).ConfigureAwait(false))!;
        var known = Migrator.ScriptsOf(Scripts);
        if (executed.Except(known, StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown) throw Migrator.IsNewer(Name, unknown);
        return executed.Length == known.Count;
    }
}
