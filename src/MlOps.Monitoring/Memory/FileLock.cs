using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>A file that one of several processes holds at a time. The operating system gives it back when a process dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Takes it, and waits while somebody else has it.</summary>
    /// <param name="path">The file, whose folder is made.</param>
    /// <param name="patience">For how long, by the machine's clock: the other process lives by it too.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The lock, until it is disposed.</returns>
    /// <exception cref="StoreException">Somebody has it for longer.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static async Task<IDisposable> TakeAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var started = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (File.Exists(path) && TimeProvider.System.GetElapsedTime(started) >= patience)
            {
                throw new StoreException($"The lock '{path}' has been held for {patience.TotalSeconds:0} s. Another process holds it, or it cannot be written. Try again later.", e, isTransient: true);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
