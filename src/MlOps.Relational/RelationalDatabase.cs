using System.Data.Common;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>A database that the relational stores keep their tables in, and what is special about its dialect. One instance a process.</summary>
/// <remarks>
/// The stores write SQL that SQLite (3.35 and later) and PostgreSQL both understand; what differs is a member here. Moments are stored as
/// microseconds since 1970 in UTC, in 64-bit integers; bundles, reports and entries as JSON text. Thread-safe.
/// </remarks>
internal abstract class RelationalDatabase : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _isOpen;

    /// <summary>Gets what the database is called in errors: a file, or a host and a name, without secrets.</summary>
    internal abstract string Name { get; }

    /// <summary>Gets the condition on a column that holds for the keys in the parameter Keys, as <see cref="KeysParameter"/> makes it.</summary>
    /// <param name="column">The column.</param>
    internal abstract string IsOneOfKeys(string column);

    /// <summary>Makes the value of the parameter Keys.</summary>
    /// <param name="keys">The keys.</param>
    internal abstract object KeysParameter(IReadOnlyCollection<long> keys);

    /// <summary>Gets the condition that holds when a text has the form of a pattern, in the same case.</summary>
    /// <param name="value">The text.</param>
    /// <param name="pattern">The pattern, as <see cref="PatternOf"/> makes it.</param>
    internal abstract string IsLike(string value, string pattern);

    /// <summary>Makes the value of the pattern of <see cref="IsLike"/>.</summary>
    /// <param name="pattern">A pattern in which % stands for any characters, _ for one, and all else for itself, also a backslash.</param>
    internal virtual string PatternOf(string pattern) => pattern;

    /// <summary>Gets the condition that holds when a text has the form of a pattern, in whatever case and in every script that has cases.</summary>
    /// <param name="value">The text.</param>
    /// <param name="pattern">The pattern.</param>
    internal abstract string IsLikeInAnyCase(string value, string pattern);

    /// <summary>Inserts rows.</summary>
    /// <returns>How many rows were inserted or changed.</returns>
    internal virtual Task<int> InsertAsync(Session session, BulkInsert insert, IReadOnlyList<object?[]> rows) => session.InsertEachAsync(insert, rows);

    /// <summary>Runs queries on one consistent state of the database.</summary>
    internal Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) => RunAsync(work, isWrite: false, cancellationToken);

    /// <summary>Runs commands that take effect all together or not at all.</summary>
    internal Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) => RunAsync(work, isWrite: true, cancellationToken);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _opening.Dispose();
    }

    /// <summary>Brings the tables to the newest version, once a process and safely beside other processes.</summary>
    protected abstract Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Waits until this process may write.</summary>
    /// <returns>What to dispose when it has written.</returns>
    protected abstract ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken);

    /// <summary>Opens a connection.</summary>
    protected abstract Task<DbConnection> OpenConnectionAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that sees one state of the database, or one that may write from its start.</summary>
    protected abstract ValueTask<DbTransaction> BeginAsync(DbConnection connection, bool isWrite, CancellationToken cancellationToken);

    /// <summary>Makes an error of ours of an error of the provider.</summary>
    /// <returns>The error; null for one that is not the database's.</returns>
    protected abstract StoreException? Translate(Exception error);

    private async Task<T> RunAsync<T>(Func<Session, Task<T>> work, bool isWrite, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!_isOpen) await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
            using var permit = isWrite ? await EnterWriteAsync(cancellationToken).ConfigureAwait(false) : null;
            var connection = await OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var transaction = await BeginAsync(connection, isWrite, cancellationToken).ConfigureAwait(false);
            await using var __ = transaction.ConfigureAwait(false);
            var result = await work(new(this, connection, transaction, cancellationToken)).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception e) when (e is not MlOpsException && Translate(e) is { } translated)
        {
            throw translated;
        }
    }

    private async Task OpenOnceAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isOpen) return;
            await MigrateAsync(cancellationToken).ConfigureAwait(false);
            _isOpen = true;
        }
        finally
        {
            _opening.Release();
        }
    }
}
