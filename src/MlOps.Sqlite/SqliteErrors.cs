using System.Globalization;
using Microsoft.Data.Sqlite;
using MlOps.Core;
using MlOps.Relational;
using static SQLitePCL.raw;

namespace MlOps.Sqlite;

/// <summary>Makes errors of ours of those of SQLite.</summary>
internal static class SqliteErrors
{
    internal static StoreException? Translate(Exception error, string store, TimeSpan busyTimeout) => error switch
    {
        MigrationFailedException { InnerException: { } cause } => Translate(cause, store, busyTimeout) ?? new($"The store '{store}' could not be brought to this version: {error.Message}", error),
        SqliteException { SqliteErrorCode: SQLITE_BUSY or SQLITE_LOCKED } => IsLocked(store, busyTimeout, error),
        SqliteException { SqliteErrorCode: SQLITE_CORRUPT or SQLITE_NOTADB } =>
            new($"The store '{store}' is damaged or is no SQLite database: {error.Message} Restore it from a backup, or move it away to start with an empty one.", error),
        SqliteException { SqliteErrorCode: SQLITE_FULL } => new($"The disk of the store '{store}' is full; nothing was changed. Make room and try again.", error),
        SqliteException { SqliteErrorCode: SQLITE_CANTOPEN or SQLITE_READONLY or SQLITE_PERM or SQLITE_AUTH } =>
            new($"The store '{store}' cannot be opened for writing: {error.Message} Check the path and the rights on the file and its folder.", error),
        SqliteException { SqliteErrorCode: SQLITE_TOOBIG } => new($"A value is too large for the store '{store}': {error.Message} Put it into the artifact store.", error),
        SqliteException => new($"The store '{store}' failed: {error.Message}", error),
        IOException or UnauthorizedAccessException => new($"The store '{store}' cannot be opened: {error.Message} Check the path and the rights on the file and its folder.", error),
        _ => null,
    };

    internal static StoreException IsLocked(string store, TimeSpan busyTimeout, Exception? error) => new(
        string.Create(CultureInfo.InvariantCulture, $"The store '{store}' is locked by another writer and stayed so for {busyTimeout.TotalSeconds:0.###} s. Try again, or close what holds it open."),
        error,
        isTransient: true);
}
