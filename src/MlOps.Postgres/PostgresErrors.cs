using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using MlOps.Core;
using MlOps.Relational;
using Npgsql;
using static Npgsql.PostgresErrorCodes;

namespace MlOps.Postgres;

/// <summary>Makes errors of ours of those of the server and the driver. What comes out holds neither SQL nor values nor secrets.</summary>
internal static class PostgresErrors
{
    /// <summary>Says whether a call that failed so left nothing behind and may be made again at once.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isCommitting">Whether the commit was under way: then a lost connection leaves open whether it came in time.</param>
    internal static bool IsWorthRepeating(Exception error, bool isCommitting) => error switch
    {
        PostgresException { SqlState: SerializationFailure or DeadlockDetected } => true,
        PostgresException { SqlState: UniqueViolation or ForeignKeyViolation } => true, // somebody came in between: the next attempt sees it and says what it means
        PostgresException e => !isCommitting && IsGone(e.SqlState),
        NpgsqlException { InnerException: IOException or SocketException { SocketErrorCode: not SocketError.ConnectionRefused } } => !isCommitting,
        _ => false,
    };

    internal static StoreException? Translate(Exception error, string store) => error switch
    {
        MigrationFailedException { InnerException: { } cause } e => IsKnown(cause) ? Translate(cause, store) : new($"The store '{store}' could not be brought to this version: {e.Message}", e),
        PostgresException e => new(Message(e, store), e, IsTransient(e.SqlState)),
        NpgsqlException { InnerException: AuthenticationException } => new($"The store '{store}' and this host agree on no secure connection. Check SSL Mode and Root Certificate in the connection string.", error),
        NpgsqlException { InnerException: TimeoutException } => new(
            $"The store '{store}' did not answer in time, or no connection to it was free in time. Try again, or raise Command Timeout, Timeout or Maximum Pool Size in the connection string.", error, isTransient: true),
        NpgsqlException { InnerException: SocketException or IOException } or SocketException => new(
            $"The store '{store}' cannot be reached, or the connection to it was lost. If that happened at the end of a change, it may have been recorded. Check the host and the port, and try again.", error, isTransient: true),
        NpgsqlException e => new($"The store '{store}' failed: {e.Message}", e, e.IsTransient),
        EncoderFallbackException => new($"A text for the store '{store}' holds half a character (an unpaired surrogate), which cannot be stored. Nothing was changed.", error),
        TimeoutException => new($"The store '{store}' did not answer in time. Try again.", error, isTransient: true),
        _ => null,
    };

    /// <summary>Makes an error of ours of what became of a query that somebody wrote. It names columns and tables, but no values.</summary>
    /// <param name="error">The error.</param>
    /// <param name="warehouse">The warehouse.</param>
    internal static MlOpsException? TranslateQuery(Exception error, string warehouse) => error switch
    {
        PostgresException { SqlState: InsufficientPrivilege } e => new DataException($"The warehouse '{warehouse}' does not let this user do so: {e.MessageText}. Give it the right to read the tables and to create temporary ones.", e) { DataSource = warehouse },
        PostgresException { SqlState: ReadOnlySqlTransaction } e => new StoreException($"The warehouse '{warehouse}' is a standby, or can only be read, and has no temporary tables. Connect to the primary.", e),
        PostgresException { SqlState: CharacterNotInRepertoire or UntranslatableCharacter } e => new DataException($"A text for the warehouse '{warehouse}' holds a character that it cannot hold: NUL, or one that the encoding of the database lacks.", e) { DataSource = warehouse },
        PostgresException e when e.SqlState.StartsWith("42", StringComparison.Ordinal) => new DataException($"The query of warehouse '{warehouse}' is wrong: {e.MessageText}.", e) { DataSource = warehouse, Column = e.ColumnName },
        PostgresException e when e.SqlState[..2] is "22" or "0A" or "21" or "2F" or "P0" => new DataException( // whose messages hold values
            $"The query of warehouse '{warehouse}' failed with the error {e.SqlState} ({Condition(e.SqlState)}).", e)
        { DataSource = warehouse, Column = e.ColumnName },
        _ => Translate(error, warehouse),
    };

    private static string Condition(string state) => state switch
    {
        NumericValueOutOfRange => "a number does not fit its type",
        InvalidTextRepresentation => "a text is no value of the type that it is cast to",
        DivisionByZero => "a division by zero",
        DatetimeFieldOverflow or InvalidDatetimeFormat => "a time is none, or does not fit its type",
        FeatureNotSupported => "something that the server does not support, as an infinite time where a finite one is needed",
        CardinalityViolation => "a subquery gave more rows than one",
        _ => "see the server's log",
    };

    private static bool IsKnown(Exception error) => error is NpgsqlException and not PostgresException || error is PostgresException e && (IsTransient(e.SqlState) || e.SqlState[..2] is "28" or "42" or "53");

    private static bool IsGone(string state) => state is AdminShutdown or CrashShutdown or "57P05" || state.StartsWith("08", StringComparison.Ordinal);

    private static bool IsTransient(string state) => IsGone(state) || state is
        CannotConnectNow or TooManyConnections or OutOfMemory or QueryCanceled or LockNotAvailable or SerializationFailure or DeadlockDetected or "25P03" or "25P04";

    private static string Message(PostgresException error, string store) => error.SqlState switch
    {
        InvalidPassword or InvalidAuthorizationSpecification => $"The store '{store}' refused the login. Check Username and Password in the connection string, and that the server lets this host in.",
        InvalidCatalogName => $"The store '{store}' is not there: the server has no such database. Create it, or check Database in the connection string.",
        InsufficientPrivilege => $"The store '{store}' does not let this user do so: {error.MessageText}. Give it the rights on the database and the schema.",
        ReadOnlySqlTransaction => $"The store '{store}' can only be read: it is a standby, or was set so. Nothing was changed. Connect to the primary.",
        DiskFull => $"The disk of the store '{store}' is full; nothing was changed. Make room and try again.",
        TooManyConnections or "53400" => $"The store '{store}' has no connection left to give. Try again, lower Maximum Pool Size in the connection strings, or raise max_connections of the server.",
        OutOfMemory => $"The server of the store '{store}' is out of memory; nothing was changed. Try again.",
        LockNotAvailable => $"The store '{store}' is locked by another writer and stayed so for longer than MlOps:Postgres:LockTimeout. Try again, or end what holds it.",
        SerializationFailure or DeadlockDetected => $"The store '{store}' was changed by others at the same time, again and again; nothing was changed by this call. Try again.",
        QueryCanceled => $"The store '{store}' stopped a statement that took longer than the server allows; nothing was changed. Try again, or raise its statement_timeout.",
        "25P03" or "25P04" => $"The store '{store}' ended a transaction that took longer than the server allows; nothing was changed. Try again.",
        CannotConnectNow => $"The store '{store}' is starting or stopping. Try again.",
        CharacterNotInRepertoire or UntranslatableCharacter => $"A text for the store '{store}' holds a character that it cannot store: NUL, or one that the encoding of the database lacks. Nothing was changed.",
        StringDataRightTruncation or ProgramLimitExceeded or NumericValueOutOfRange => $"A name or a value is too large for the store '{store}'; nothing was changed. Shorten it, or put it into the artifact store.",
        var state when IsGone(state) => $"The server of the store '{store}' ended the connection. If that happened at the end of a change, it may have been recorded. Try again.",
        var state => $"The store '{store}' failed with the error {state}: {error.MessageText}.",
    };
}
