using Microsoft.Extensions.Logging;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>Is told by the server of changes that other processes commit. It has a connection of its own, from the first time that somebody asks.</summary>
internal sealed class PostgresListener(NpgsqlConnectionStringBuilder settings, string schema, string store, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _told = NewSignal();
    private bool _hasStarted;
    private volatile bool _isListening;

    /// <summary>Gets whether the server tells now.</summary>
    internal bool IsListening => _isListening;

    /// <summary>Gets a task that ends with the next change.</summary>
    internal Task NextAsync()
    {
        lock (_gate)
        {
            if (!_hasStarted)
            {
                _hasStarted = true;
                _ = Task.Run(ListenAsync);
            }

            return _told.Task;
        }
    }

    public void Dispose()
    {
        _stop.Cancel(); // and not disposed, because the loop may still look at it
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ListenAsync()
    {
        var isLost = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(() => isLost = false).ConfigureAwait(false);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _isListening = false;
                if (!isLost) logger.CannotListen(store, e); // once for each time that it is lost
                isLost = true;
                Tell(); // whoever waits looks now, and from now on more often
            }

            await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenOnceAsync(Action onListening)
    {
        // A pool would hand this connection to somebody else, and one that says nothing for long may be dead.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, KeepAlive = 5, Multiplexing = false }.ConnectionString);
        await using var _ = connection.ConfigureAwait(false);
        connection.Notification += (_, _) => Tell();
        await connection.OpenAsync(_stop.Token).ConfigureAwait(false);
        var command = new NpgsqlCommand($"LISTEN mlops_{schema}", connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(_stop.Token).ConfigureAwait(false);
        _isListening = true;
        onListening();
        Tell(); // of what happened while nobody listened
        while (true) await connection.WaitAsync(_stop.Token).ConfigureAwait(false);
    }

    private void Tell()
    {
        TaskCompletionSource told;
        lock (_gate) (told, _told) = (_told, NewSignal());
        told.SetResult();
    }
}
