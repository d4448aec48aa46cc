using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using DbUp;
using Microsoft.Data.Sqlite;
using MlOps.Core;
using MlOps.Relational;
using SQLitePCL;
using static SQLitePCL.raw;

namespace MlOps.Sqlite;

/// <summary>One SQLite file, in WAL mode: readers never wait, writers take the lock at their start and one after the other.</summary>
internal sealed class SqliteDatabase : RelationalDatabase
{
    private static readonly Assembly Scripts = typeof(SqliteDatabase).Assembly;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    // LIKE of SQLite knows the cases of ASCII only.
    private const string LikeInAnyCase = "mlops_ilike";

    private readonly string _connectionString;
    private readonly string _pragmas;
    private readonly TimeSpan _busyTimeout;

    // Writers of this process queue here without holding threads; only the first of them waits for other processes.
    private readonly SemaphoreSlim _writer = new(1, 1);

    internal SqliteDatabase(SqliteConnectionStringBuilder connection, TimeSpan busyTimeout)
    {
        Name = Path.GetFullPath(connection.DataSource);
        connection.DataSource = Name;
        connection.ForeignKeys = true;
        connection.DefaultTimeout = 1; // the provider's own patience, on top of SQLite's below
        _connectionString = connection.ToString();
        _busyTimeout = busyTimeout;
        _pragmas = string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(long)busyTimeout.TotalMilliseconds}; PRAGMA synchronous = NORMAL;");
    }

    internal override string Name { get; }

    internal override string IsOneOfKeys(string column) => $"{column} IN (SELECT value FROM json_each(@Keys))";

    internal override object KeysParameter(IReadOnlyCollection<long> keys) => "[" + string.Join(',', keys) + "]";

    // GLOB heeds the case and has the same two wildcards under other names.
    internal override string IsLike(string value, string pattern) => $"{value} GLOB {pattern}";

    internal override string PatternOf(string pattern) => string.Concat(pattern.Select(static c => c switch
    {
        '%' => "*",
        '_' => "?",
        '*' or '?' or '[' => $"[{c}]",
        _ => c.ToString(),
    }));

    internal override string IsLikeInAnyCase(string value, string pattern) => $"{LikeInAnyCase}({value}, {pattern})";

    // Without the layers of ADO.NET in between: each row saves a reader and the search for its parameters by name.
    internal override Task<int> InsertAsync(Session session, BulkInsert insert, IReadOnlyList<object?[]> rows)
    {
        var connection = ((SqliteConnection)session.Connection).Handle!;
        SqliteException.ThrowExceptionForRC(sqlite3_prepare_v2(connection, insert.ForOneRow, out var statement), connection);
        using var _ = statement;
        var changed = 0;
        foreach (var row in rows)
        {
            session.CancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < row.Length; i++) SqliteException.ThrowExceptionForRC(Bind(statement, i + 1, row[i]), connection);
            if (sqlite3_step(statement) is not SQLITE_DONE and var error) SqliteException.ThrowExceptionForRC(error, connection);
            changed += sqlite3_changes(connection);
            SqliteException.ThrowExceptionForRC(sqlite3_reset(statement), connection);
        }

        return Task.FromResult(changed);
    }

    protected override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Name)!);
        if (File.Exists(Name) && await IsCurrentAsync(cancellationToken).ConfigureAwait(false)) return;
        using var alone = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (await IsCurrentAsync(cancellationToken).ConfigureAwait(false)) return; // somebody else was first
        var connection = await OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await ScalarAsync(connection, "PRAGMA journal_mode = WAL", cancellationToken).ConfigureAwait(false);
        Migrator.Run(DeployChanges.To.SqliteDatabase(_connectionString).JournalToSqliteTable("schema_versions"), Scripts, Name, (AliasChangeImport.Name, new AliasChangeImport()));
        await ScalarAsync(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Migrator.ScriptsOf(Scripts).Count}"), cancellationToken).ConfigureAwait(false);
    }

    protected override async ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken) =>
        await _writer.WaitAsync(_busyTimeout, cancellationToken).ConfigureAwait(false) ? new Permit(_writer) : throw IsLocked(null);

    protected override async Task<DbConnection> OpenConnectionAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await ScalarAsync(connection, _pragmas, cancellationToken).ConfigureAwait(false);
            connection.CreateFunction(LikeInAnyCase, static (string? value, string? pattern) => value is not null && pattern is not null && SearchText.IsLike(value, pattern, ignoresCase: true), isDeterministic: true);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A transaction that reads first and writes later cannot wait for its lock, so a writer takes it at once: BEGIN IMMEDIATE.
    protected override ValueTask<DbTransaction> BeginAsync(DbConnection connection, bool isWrite, CancellationToken cancellationToken)
    {
        var sqlite = (SqliteConnection)connection;
        return new(isWrite ? BeginWrite(sqlite, cancellationToken) : sqlite.BeginTransaction(deferred: true));
    }

    protected override StoreException? Translate(Exception error) => SqliteErrors.Translate(error, Name, _busyTimeout);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer.Dispose();
            using var connection = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(connection); // gives the file free
        }

        base.Dispose(disposing);
    }

    // SQLite waits for its lock without looking at a token, so it waits for a moment at a time.
    private SqliteTransaction BeginWrite(SqliteConnection connection, CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            var left = _busyTimeout - Stopwatch.GetElapsedTime(started);
            try
            {
                SetPatience(connection, left < Moment ? left : Moment);
                var transaction = connection.BeginTransaction(deferred: false);
                SetPatience(connection, _busyTimeout);
                return transaction;
            }
            catch (SqliteException e) when (e.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED && Stopwatch.GetElapsedTime(started) < _busyTimeout)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static int Bind(sqlite3_stmt statement, int index, object? value) => value switch
    {
        null => sqlite3_bind_null(statement, index),
        long whole => sqlite3_bind_int64(statement, index, whole),
        double number => sqlite3_bind_double(statement, index, number),
        string text => sqlite3_bind_text(statement, index, text),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be inserted.", nameof(value)),
    };

    private static void SetPatience(SqliteConnection connection, TimeSpan patience) => sqlite3_busy_timeout(connection.Handle, (int)patience.TotalMilliseconds);

    private static async Task<object?> ScalarAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private StoreException IsLocked(Exception? error) => SqliteErrors.IsLocked(Name, _busyTimeout, error);

    // A migration raises user_version: one cheap look instead of the whole machinery at each start.
    private async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var version = (long)(await ScalarAsync(connection, "PRAGMA user_version", cancellationToken).ConfigureAwait(false))!;
        var known = Migrator.ScriptsOf(Scripts).Count;
        if (version > known) throw Migrator.IsNewer(Name, string.Create(CultureInfo.InvariantCulture, $"version {version} of the tables, only {known}"));
        return version == known;
    }

    // Processes that start together migrate one after the other. The lock dies with its process; the empty file stays.
    private async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var path = Name + ".lock";
        for (var waited = TimeSpan.Zero; ; waited += TimeSpan.FromMilliseconds(20))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(path))
            {
                if (waited > _busyTimeout) throw IsLocked(e);
                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private sealed class Permit(SemaphoreSlim writer) : IDisposable
    {
        public void Dispose() => writer.Release();
    }
}
