using Microsoft.Data.Sqlite;
using MlOps.Core;
using SQLitePCL;
using static SQLitePCL.raw;

namespace MlOps.Sqlite;

/// <summary>One connection of the online store with its prepared statements. Not thread-safe.</summary>
internal sealed class SqliteOnlineConnection : IDisposable
{
    private const string Find = """
        SELECT event_time, created_time, is_deleted, expires_at, revision, row_values
        FROM online_rows
        WHERE view = ?1 AND entity = ?2
        """;

    private const string Insert = """
        INSERT INTO online_rows (view, entity, event_time, created_time, is_deleted, expires_at, row_values, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)
        ON CONFLICT (view, entity) DO
        """;

    private const string Newer = $"""
        {Insert} UPDATE
        SET event_time = ?3, created_time = ?4, is_deleted = ?5, expires_at = ?6, row_values = ?7, revision = revision + 1
        WHERE event_time < ?3 OR (event_time = ?3 AND created_time <= ?4)
        """;

    private const string New = $"{Insert} NOTHING";

    private const string Expected = """
        UPDATE online_rows
        SET event_time = ?3, created_time = ?4, is_deleted = ?5, expires_at = ?6, row_values = ?7, revision = revision + 1
        WHERE view = ?1 AND entity = ?2 AND revision = ?8
        """;

    private const string Forget = """
        DELETE FROM online_rows
        WHERE (view, entity) IN (SELECT view, entity FROM online_rows WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
        """;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, sqlite3_stmt> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3_stmt _find;

    public SqliteOnlineConnection(string connectionString, TimeSpan busyTimeout)
    {
        _connection = new(connectionString);
        try
        {
            _connection.Open();
            _handle = _connection.Handle!;
            Run("PRAGMA synchronous = NORMAL");
            sqlite3_busy_timeout(_handle, (int)busyTimeout.TotalMilliseconds);
            _find = Prepared(Find);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Reads rows, all of one state of the file.</summary>
    public void Read(ReadOnlySpan<OnlineKey> keys, Span<OnlineRow?> rows, CancellationToken cancellationToken)
    {
        if (keys.Length > 1) Run("BEGIN");
        string? table = null;
        for (var i = 0; i < keys.Length; i++)
        {
            if ((i & 1023) == 1023) cancellationToken.ThrowIfCancellationRequested();
            if (!ReferenceEquals(table, keys[i].Table)) Check(sqlite3_bind_text(_find, 1, table = keys[i].Table));
            Check(BindBlob(_find, 2, keys[i].Entity));
            rows[i] = sqlite3_step(_find) switch
            {
                SQLITE_ROW => Row(),
                SQLITE_DONE => null,
                var error => throw Error(error),
            };
            Check(sqlite3_reset(_find));
        }

        if (keys.Length > 1) Run("COMMIT");
    }

    /// <summary>Writes one row, guarded.</summary>
    public OnlineWriteResult Write(OnlineWrite write)
    {
        var statement = Prepared(write.Expected switch
        {
            null => Newer,
            0 => New,
            _ => Expected,
        });
        Check(sqlite3_bind_text(statement, 1, write.Key.Table));
        Check(BindBlob(statement, 2, write.Key.Entity));
        Check(sqlite3_bind_int64(statement, 3, write.Row.EventTime));
        Check(sqlite3_bind_int64(statement, 4, write.Row.CreatedTime));
        Check(sqlite3_bind_int(statement, 5, write.Row.IsDeleted ? 1 : 0));
        Check(write.Row.ExpiresAt is { } expires ? sqlite3_bind_int64(statement, 6, expires) : sqlite3_bind_null(statement, 6));
        Check(BindBlob(statement, 7, write.Row.Values.Span));
        if (write.Expected > 0) Check(sqlite3_bind_int64(statement, 8, write.Expected.Value));
        else if (write.Expected < 0) return OnlineWriteResult.Conflict;
        return Changed(statement) > 0 ? OnlineWriteResult.Written : write.Expected is null ? OnlineWriteResult.Superseded : OnlineWriteResult.Conflict;
    }

    public void Drop(string table)
    {
        var statement = Prepared("DELETE FROM online_rows WHERE view = ?1");
        Check(sqlite3_bind_text(statement, 1, table));
        Changed(statement);
    }

    /// <summary>Removes rows that have expired.</summary>
    /// <returns>How many.</returns>
    public int Sweep(long now, int most)
    {
        var statement = Prepared(Forget);
        Check(sqlite3_bind_int64(statement, 1, now));
        Check(sqlite3_bind_int(statement, 2, most));
        return Changed(statement);
    }

    /// <summary>Takes the lock of the writer at once: a transaction that reads first and writes later cannot wait for it.</summary>
    public void Begin(TimeSpan patience)
    {
        sqlite3_busy_timeout(_handle, (int)Math.Max(0, patience.TotalMilliseconds));
        Run("BEGIN IMMEDIATE");
    }

    public void Commit() => Run("COMMIT");

    public void Rollback()
    {
        if (sqlite3_get_autocommit(_handle) != 0) return; // the error has ended it already
        var statement = Prepared("ROLLBACK");
        sqlite3_step(statement);
        sqlite3_reset(statement);
    }

    public void Dispose()
    {
        foreach (var (_, statement) in _statements) statement.Dispose();
        _connection.Dispose();
    }

    // An empty blob is not the same as none.
    private static int BindBlob(sqlite3_stmt statement, int index, ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? sqlite3_bind_zeroblob(statement, index, 0) : sqlite3_bind_blob(statement, index, bytes);

    private OnlineRow Row() => new(sqlite3_column_int64(_find, 0), sqlite3_column_int64(_find, 1), sqlite3_column_blob(_find, 5).ToArray())
    {
        IsDeleted = sqlite3_column_int(_find, 2) != 0,
        ExpiresAt = sqlite3_column_type(_find, 3) == SQLITE_NULL ? null : sqlite3_column_int64(_find, 3),
        Revision = sqlite3_column_int64(_find, 4),
    };

    private int Changed(sqlite3_stmt statement)
    {
        if (sqlite3_step(statement) is not SQLITE_DONE and var error) throw Error(error);
        Check(sqlite3_reset(statement));
        return sqlite3_changes(_handle);
    }

    private void Run(string sql)
    {
        var statement = Prepared(sql);
        if (sqlite3_step(statement) is not (SQLITE_DONE or SQLITE_ROW) and var error) throw Error(error);
        Check(sqlite3_reset(statement));
    }

    private sqlite3_stmt Prepared(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        Check(sqlite3_prepare_v2(_handle, sql, out statement));
        return _statements[sql] = statement;
    }

    private void Check(int code)
    {
        if (code != SQLITE_OK) throw Error(code);
    }

    private SqliteException Error(int code)
    {
        var text = sqlite3_errmsg(_handle).utf8_to_string();
        foreach (var (_, statement) in _statements) sqlite3_reset(statement); // so that the transaction can end
        return new(text, code, sqlite3_extended_errcode(_handle));
    }
}
