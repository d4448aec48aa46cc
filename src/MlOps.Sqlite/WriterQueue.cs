using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MlOps.Sqlite;

/// <summary>Lets the writers of several processes have their turn one after the other, so that none is kept out by one that writes without a pause. For one caller at a time.</summary>
/// <remarks>
/// <para>SQLite's own wait sleeps and asks again, while whoever has just written is there already. Here the kernel wakes the next one: two empty files beside the database are locked, one by who is next and one by
/// whose turn it is, so that who gives its turn back cannot come in again before the one that is next.</para>
/// <para>This decides only who asks the database first; SQLite's lock protects the file, also from writers that do not queue. The locks die with their process. Where the system or the file system has none, as on
/// Windows, nobody queues, and writers wait as SQLite makes them.</para>
/// </remarks>
internal sealed class WriterQueue(string database) : IDisposable
{
    private const int ForReading = 0, ClosedOnExec = 0x80000, ClosedOnExecOfMacOS = 0x1000000; // of open
    private const int Lock = 2, WithoutWaiting = 4, Unlock = 8; // of flock
    private const int Interrupted = 4; // of errno
    private const int CrowdIsRemembered = 64;

    [ThreadStatic]
    private static bool _isWaiter;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asked = new(0);
    private SafeFileHandle? _next, _turn;
    private TaskCompletionSource? _coming;
    private Thread? _waiter;
    private bool _isWanted, _isDisposed;
    private bool _isOff = OperatingSystem.IsWindows();
    private int _crowd;

    /// <summary>Gets whether this is the thread on which a queue waits, which nobody may keep for anything but the writing.</summary>
    public static bool IsOnItsThread => _isWaiter;

    /// <summary>Waits until it is this process's turn, which lasts until <see cref="Leave"/>. It may go on on the thread of the queue, so that no time is lost.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async ValueTask EnterAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (Ask() is not { } coming) return;
        try
        {
            await coming.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
            lock (_gate) _coming = null;
        }
        catch
        {
            lock (_gate)
            {
                // Nothing can stop the waiter: it gives back what comes too late, unless the next caller wants it.
                _isWanted = false;
                if (coming.IsCompleted) GiveBack();
            }

            throw;
        }
    }

    /// <summary>Gives the turn to the next process.</summary>
    public void Leave()
    {
        if (_turn is not { IsClosed: false }) return;
        _ = Flock(_turn, Unlock);
        if (_crowd == 0) return;
        // Who has just been woken must get a processor before this process asks again, or nobody else ever comes in.
        _crowd--;
        Thread.Yield();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _next?.Dispose();
            _turn?.Dispose();
        }

        _asked.Release();
    }

    /// <summary>Asks for a turn.</summary>
    /// <returns>What ends when it has come; null when there is nothing to wait for.</returns>
    private Task? Ask()
    {
        lock (_gate)
        {
            if (_isOff || (_turn is null && !Open())) return null;
            _isWanted = true;
            if (_coming is not null) return _coming.Task; // nobody took the last one
            if (Flock(_next!, Lock | WithoutWaiting) == 0)
            {
                var isMine = Flock(_turn!, Lock | WithoutWaiting) == 0;
                _ = Flock(_next!, Unlock);
                if (isMine) return null;
            }

            _crowd = CrowdIsRemembered;
            _coming = new();
            if (_waiter is null)
            {
                _waiter = new(WaitForTurns) { IsBackground = true, Name = "MlOps.Sqlite writer queue" };
                _waiter.Start();
            }

            _asked.Release();
            return _coming.Task;
        }
    }

    private bool Open()
    {
        try
        {
            _next = OpenFile(database + ".next");
            _turn = OpenFile(database + ".turn");
            if (_next is not null && _turn is not null) return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or EntryPointNotFoundException)
        {
            // SQLite will say what is wrong with the folder, if anything is.
        }

        _isOff = true;
        return false;
    }

    // .NET puts a lock of its own on each file that it opens.
    private static SafeFileHandle? OpenFile(string path)
    {
        if (!File.Exists(path)) File.Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
        var file = Open(path, ForReading | (OperatingSystem.IsMacOS() ? ClosedOnExecOfMacOS : ClosedOnExec));
        return file < 0 ? null : new(file, ownsHandle: true);
    }

    // The kernel's wait cannot be stopped, so it has a thread of its own.
    private void WaitForTurns()
    {
        _isWaiter = true;
        while (true)
        {
            _asked.Wait();
            if (_isDisposed) return;
            try
            {
                WaitFor(_next!);
                WaitFor(_turn!);
                _ = Flock(_next!, Unlock);
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            TaskCompletionSource coming;
            lock (_gate)
            {
                if (!_isWanted)
                {
                    GiveBack();
                    continue;
                }

                coming = _coming!;
            }

            coming.TrySetResult();
        }
    }

    private void GiveBack()
    {
        Leave();
        _coming = null;
    }

    private static void WaitFor(SafeFileHandle file)
    {
        while (Flock(file, Lock) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Flock(SafeFileHandle file, int operation);
}
