using MlOps.Core;
using StackExchange.Redis;

namespace MlOps.Redis;

/// <summary>Makes errors of ours of those of the server and the driver. What comes out holds neither keys nor values nor secrets.</summary>
internal static class RedisErrors
{
    internal static StoreException? Translate(Exception error, string store) => error switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => new($"The store '{store}' refused the login. Check user and password in MlOps:Redis:Configuration.", error),
        RedisConnectionException => new($"The store '{store}' cannot be reached, or the connection to it was lost. Check host and port, and try again.", error, isTransient: true),
        RedisTimeoutException or TimeoutException => new($"The store '{store}' did not answer in time. Try again, or raise asyncTimeout in MlOps:Redis:Configuration.", error, isTransient: true),
        RedisServerException e => Server(e, store),
        RedisException e => new($"The store '{store}' failed with {e.GetType().Name}.", e),
        ObjectDisposedException => new($"The store '{store}' was closed with its host.", error),
        _ => null,
    };

    private static StoreException Server(RedisServerException error, string store) => error.Message switch
    {
        var m when Is(m, "NOAUTH", "WRONGPASS", "NOPERM") => new($"The store '{store}' does not let this user do so. Check user and password in MlOps:Redis:Configuration, and its rights.", error),
        var m when Is(m, "OOM") => new($"The store '{store}' has no memory left; some rows were not written. Raise its maxmemory, or give views a time to live.", error),
        var m when Is(m, "LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN") => new($"The store '{store}' cannot answer now. Try again.", error, isTransient: true),
        var m when Is(m, "READONLY", "MISCONF", "NOREPLICAS") => new($"The store '{store}' takes no writes now: it is a replica, or cannot keep them safe.", error),
        var m when Is(m, "WRONGTYPE", RedisRows.ForeignCode) => RedisRows.IsForeign(store),
        _ => new($"The store '{store}' failed with an error of the server.", error),
    };

    // An error that a script meets has its code further on in the text.
    private static bool Is(string message, params ReadOnlySpan<string> codes)
    {
        foreach (var code in codes)
        {
            if (message.Contains(code, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
