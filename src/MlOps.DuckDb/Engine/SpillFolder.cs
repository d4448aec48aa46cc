using System.Collections.Concurrent;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>A folder that nobody else may look into, for what a database does not keep in memory. It goes with the database, or else with the process.</summary>
/// <remarks>
/// A file in it is locked for as long as the process lives, so that another process can tell what was left by one that was killed, and removes it with its own first folder. It removes only what is called as the
/// engine calls its files, and follows no link: where all users of a machine have their temporary files, anybody can make a folder that looks like one of ours.
/// </remarks>
internal sealed class SpillFolder : IDisposable
{
    private const string Prefix = "mlops-duckdb-";
    private const string LockName = "lock";
    private const string FilesOfTheEngine = "duckdb_temp_*";
    private const int MostTries = 3;
    private static readonly EnumerationOptions NoLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint };
    private static readonly ConcurrentDictionary<SpillFolder, bool> Open = new();
    private static readonly ConcurrentDictionary<string, bool> Swept = new(StringComparer.Ordinal);
    private readonly FileStream _lock;

    static SpillFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var folder in Open.Keys) folder.Dispose(); // of hosts that were not disposed
    };

    private SpillFolder(string path, FileStream held)
    {
        (FullName, _lock) = (path, held);
        Open.TryAdd(this, true);
    }

    /// <summary>Gets the full path.</summary>
    public string FullName { get; }

    /// <summary>Makes one, and removes those of processes that are no more, when this process has not looked for them yet.</summary>
    /// <param name="parent">Where, which is made when it is not there; null is the temporary folder of the system.</param>
    /// <exception cref="DataException">It cannot be made.</exception>
    public static SpillFolder Create(string? parent)
    {
        parent = Path.GetFullPath(parent ?? Path.GetTempPath());
        try
        {
            Directory.CreateDirectory(parent);
            var folder = Make(parent);
            if (Swept.TryAdd(parent, true)) Sweep(parent, folder);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{parent}' for what does not fit into memory cannot be used: {e.Message} Set MlOps:DuckDb:TempFolder to one that can.", e);
        }
    }

    public void Dispose()
    {
        if (!Open.TryRemove(this, out _)) return;
        _lock.Dispose();
        Remove(FullName, recursive: true);
    }

    private static SpillFolder Make(string parent)
    {
        for (var tries = 1; ; tries++)
        {
            var path = Path.Combine(parent, Prefix + Path.GetRandomFileName());
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            try
            {
                var held = Lock(path, FileMode.CreateNew, FileOptions.None);
                if (File.Exists(held.Name)) return new(path, held);
                held.Dispose(); // another process has found it before it was locked, and has removed it
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Remove(path, recursive: true);
                if (tries == MostTries) throw;
            }
        }
    }

    private static void Sweep(string parent, SpillFolder own)
    {
        using (var again = TryLock(own.FullName, FileOptions.None))
        {
            if (again is not null) return; // a file system that knows no locks, where nobody can tell who lives
        }

        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*", NoLinks))
        {
            if (File.Exists(Path.Combine(folder, LockName))) Clear(folder); // else it is not locked yet, or none of ours
        }
    }

    private static void Clear(string folder)
    {
        using (var held = TryLock(folder, FileOptions.DeleteOnClose))
        {
            if (held is null) return;
            try
            {
                foreach (var file in Directory.EnumerateFiles(folder, FilesOfTheEngine, NoLinks)) File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return; // another user's
            }
        }

        Remove(folder, recursive: false);
    }

    private static FileStream? TryLock(string folder, FileOptions options)
    {
        try
        {
            return Lock(folder, FileMode.Open, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // somebody has it, or has just removed it
        }
    }

    private static FileStream Lock(string folder, FileMode mode, FileOptions options) => new(Path.Combine(folder, LockName), mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, options);

    private static void Remove(string folder, bool recursive)
    {
        try
        {
            Directory.Delete(folder, recursive);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What the system does not let go of yet is not worth an error.
        }
    }
}
