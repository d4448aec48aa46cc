using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using MlOps.Core;
using static SQLitePCL.raw;

namespace MlOps.Sqlite;

/// <summary>An online store in a SQLite file of its own, for all processes of one machine: readers never wait, writers take turns.</summary>
/// <remarks>The statements are prepared once a connection and run without the layers of ADO.NET in between. The file survives the process; the last commits may be lost when the machine itself goes down, and then materializing brings them back.</remarks>
internal sealed class SqliteOnlineStore : IOnlineStore, IDisposable
{
    private const int Version = 1;
    private const int WritesAtOnce = 5_000; // others write in between
    private const int SweptAtOnce = 10_000;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS online_rows (
            view TEXT NOT NULL,
            entity BLOB NOT NULL,
            event_time INTEGER NOT NULL,
            created_time INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            expires_at INTEGER,
            revision INTEGER NOT NULL,
            row_values BLOB NOT NULL,
            PRIMARY KEY (view, entity)
        ) WITHOUT ROWID;

        CREATE INDEX IF NOT EXISTS online_rows_by_expiry ON online_rows (expires_at) WHERE expires_at IS NOT NULL;
        """;

    private readonly string _connectionString;
    private readonly TimeSpan _busyTimeout;
    private readonly TimeProvider _time;
    private readonly ConcurrentBag<SqliteOnlineConnection> _readers = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _opening = new();
    private SqliteOnlineConnection? _writer;
    private volatile bool _isOpen;
    private volatile bool _isDisposed;
    private long _sweptAt;

    internal SqliteOnlineStore(string file, TimeSpan busyTimeout, TimeProvider time)
    {
        (Name, _busyTimeout, _time) = (Path.GetFullPath(file), busyTimeout, time);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Name, Pooling = false, DefaultTimeout = 1 }.ToString();
        _sweptAt = time.GetTimestamp();
    }

    internal string Name { get; }

    public ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default)
    {
        if (rows.Length < keys.Length) throw new ArgumentException($"There are {keys.Length} keys and only {rows.Length} places for rows.", nameof(rows));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        try
        {
            if (!keys.IsEmpty) Read(keys.Span, rows.Span, cancellationToken);
            return ValueTask.CompletedTask;
        }
        catch (Exception e)
        {
            return ValueTask.FromException(SqliteErrors.Translate(e, Name, _busyTimeout) ?? e);
        }
    }

    public async Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writes);
        foreach (var write in writes) ArgumentNullException.ThrowIfNull(write.Row, nameof(writes));
        var results = new OnlineWriteResult[writes.Count];
        for (var start = 0; start < results.Length; start += WritesAtOnce)
        {
            var first = start;
            await ChangeAsync(
                writer =>
                {
                    for (var i = first; i < Math.Min(results.Length, first + WritesAtOnce); i++) results[i] = writer.Write(writes[i]);
                },
                cancellationToken).ConfigureAwait(false);
        }

        return results;
    }

    public Task DropAsync(string table, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        return ChangeAsync(writer => writer.Drop(table), cancellationToken);
    }

    public Task PingAsync(CancellationToken cancellationToken = default) => ReadAsync(new OnlineKey[] { new("ping", []) }, new OnlineRow?[1], cancellationToken).AsTask();

    public void Dispose()
    {
        _isDisposed = true;
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _writer?.Dispose();
        _writing.Dispose();
    }

    private void Read(ReadOnlySpan<OnlineKey> keys, Span<OnlineRow?> rows, CancellationToken cancellationToken)
    {
        var reader = _readers.TryTake(out var kept) ? kept : Open();
        try
        {
            reader.Read(keys, rows, cancellationToken);
        }
        catch
        {
            reader.Dispose(); // in whatever state it is
            throw;
        }

        if (_isDisposed) reader.Dispose();
        else _readers.Add(reader);
    }

    // Writers of this process queue here without holding threads; only the first of them waits for other processes.
    private async Task ChangeAsync(Action<SqliteOnlineConnection> change, CancellationToken cancellationToken)
    {
        if (!await _writing.WaitAsync(_busyTimeout, cancellationToken).ConfigureAwait(false)) throw SqliteErrors.IsLocked(Name, _busyTimeout, null);
        try
        {
            var writer = _writer ??= Open();
            Begin(writer, cancellationToken);
            try
            {
                change(writer);
                Sweep(writer);
                writer.Commit();
            }
            catch
            {
                writer.Rollback();
                throw;
            }
        }
        catch (Exception e)
        {
            _writer?.Dispose();
            _writer = null;
            if (SqliteErrors.Translate(e, Name, _busyTimeout) is { } translated) throw translated;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    // SQLite waits for its lock without looking at a token, so it waits for a moment at a time.
    private void Begin(SqliteOnlineConnection writer, CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = _busyTimeout - Stopwatch.GetElapsedTime(started);
            try
            {
                writer.Begin(left < Moment ? left : Moment);
                return;
            }
            catch (SqliteException e) when (e.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED && Stopwatch.GetElapsedTime(started) < _busyTimeout)
            {
                // Another process writes.
            }
        }
    }

    private void Sweep(SqliteOnlineConnection writer)
    {
        if (_time.GetElapsedTime(_sweptAt) < SweepInterval) return;
        if (writer.Sweep(FeatureTime.ToMicros(_time.GetUtcNow()), SweptAtOnce) < SweptAtOnce) _sweptAt = _time.GetTimestamp(); // else the next write goes on
    }

    private SqliteOnlineConnection Open()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_isOpen)
        {
            lock (_opening)
            {
                if (!_isOpen) CreateInTurn();
                _isOpen = true;
            }
        }

        return new(_connectionString, _busyTimeout);
    }

    // Who makes the file is alone with it for a moment, and SQLite does not wait for that by itself.
    private void CreateInTurn()
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                Create();
                return;
            }
            catch (SqliteException e) when (e.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED && Stopwatch.GetElapsedTime(started) < _busyTimeout)
            {
                Thread.Sleep(10);
            }
        }
    }

    private void Create()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Name)!);
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA busy_timeout = {(long)_busyTimeout.TotalMilliseconds}; PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;";
        command.ExecuteNonQuery();
        command.CommandText = "PRAGMA user_version";
        var version = (long)command.ExecuteScalar()!;
        if (version > Version) throw new StoreException($"The store '{Name}' was made by a newer version of MlOps.Sdk: its tables have version {version}, this version knows {Version}. Update the packages, or use another file.");
        if (version == Version) return;
        command.CommandText = $"BEGIN IMMEDIATE; {Schema} PRAGMA user_version = {Version}; COMMIT;";
        command.ExecuteNonQuery();
    }
}
