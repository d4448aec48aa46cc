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
    private const int MostAttempts = 5;

    private static readonly TaskCompletionSource Never = new();

    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _isOpen;

    /// <summary>Gets what the database is called in errors: a file, or a host and a name, without secrets.</summary>
    internal abstract string Name { get; }

    /// <summary>Gets the condition on a column that holds for the texts in a parameter, which is a list and not empty.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The name of the parameter.</param>
    internal virtual string IsOneOf(string column, string parameter) => $"{column} IN @{parameter}";

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

    /// <summary>
    /// Gets how a SELECT ends that takes the rows it reads for this transaction: nobody else changes them, or takes them so, until it ends. Writers take the row of their run or model first, so that they wait for each
    /// other in one order. Empty where only one writes at a time.
    /// </summary>
    internal virtual string TakingRows => string.Empty;

    /// <summary>Gets how a SELECT ends that keeps the rows it reads as they are until the transaction ends. Others may keep them too.</summary>
    internal virtual string KeepingRows => string.Empty;

    /// <summary>Gets how long a watch waits before it looks for the changes of other processes, also when nobody has told it of one.</summary>
    internal virtual TimeSpan WatchInterval => TimeSpan.FromMilliseconds(250);

    /// <summary>Gets a task that ends when the database tells of the next change of the registry, by any process; it never ends where a database cannot tell. Ask for it before looking, so that no change falls between.</summary>
    internal virtual Task NextChangeAsync() => Never.Task;

    /// <summary>Runs queries on one consistent state of the database.</summary>
    /// <remarks>The work may be run again after an error that left nothing behind, so it must change nothing outside of the database.</remarks>
    internal Task<T> ReadAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) => RunAsync(work, isWrite: false, cancellationToken);

    /// <summary>Runs queries before it returns, also where a database answers later, so that whatever the caller does next comes after what they saw. An error comes with the task.</summary>
    internal Task<T> ReadAtOnce<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        var reading = Task.Run(() => ReadAsync(work, cancellationToken), CancellationToken.None);
        Task.WaitAny([reading], CancellationToken.None);
        return reading;
    }

    /// <summary>Runs commands that take effect all together or not at all.</summary>
    /// <remarks>As with <see cref="ReadAsync"/>, the work may be run again.</remarks>
    internal Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken) => RunAsync(work, isWrite: true, cancellationToken);

    /// <summary>Runs one command that is a transaction by itself, in one round trip.</summary>
    /// <remarks>A command that reads may be run again, as with <see cref="ReadAsync"/>; one that writes only when the server says that it did nothing.</remarks>
    internal Task<T> RunAloneAsync<T>(Func<DbConnection, Task<T>> work, bool isWrite, CancellationToken cancellationToken) => RepeatAsync(
        async attempt =>
        {
            var connection = await OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            attempt.IsCommitting = isWrite;
            return await work(connection).ConfigureAwait(false);
        },
        cancellationToken);

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

    /// <summary>Says whether a call that failed so has left nothing behind and may succeed when it is made again at once.</summary>
    /// <param name="error">The error of the provider.</param>
    /// <param name="isCommitting">Whether the end of the transaction was asked for, and may have come before the error.</param>
    protected virtual bool IsWorthRepeating(Exception error, bool isCommitting) => false;

    /// <summary>Makes an error of ours of an error of the provider.</summary>
    /// <returns>The error; null for one that is not the database's.</returns>
    protected abstract StoreException? Translate(Exception error);

    private Task<T> RunAsync<T>(Func<Session, Task<T>> work, bool isWrite, CancellationToken cancellationToken) => RepeatAsync(
        async attempt =>
        {
            using var permit = isWrite ? await EnterWriteAsync(cancellationToken).ConfigureAwait(false) : null;
            var connection = await OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var transaction = await BeginAsync(connection, isWrite, cancellationToken).ConfigureAwait(false);
            await using var __ = transaction.ConfigureAwait(false);
            var result = await work(new(this, connection, transaction, cancellationToken)).ConfigureAwait(false);
            attempt.IsCommitting = isWrite;
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return result;
        },
        cancellationToken);

    private async Task<T> RepeatAsync<T>(Func<Attempt, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var attempt = new Attempt();
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!_isOpen) await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
                return await work(attempt).ConfigureAwait(false);
            }
            catch (Exception e) when (number < MostAttempts && e is not MlOpsException && IsWorthRepeating(e, attempt.IsCommitting))
            {
                await Task.Delay(Random.Shared.Next(5, 25) * number, cancellationToken).ConfigureAwait(false); // so that two do not meet again
            }
            catch (Exception e) when (e is not MlOpsException && Translate(e) is { } translated)
            {
                throw translated;
            }
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

    private sealed class Attempt
    {
        public bool IsCommitting { get; set; }
    }
}
