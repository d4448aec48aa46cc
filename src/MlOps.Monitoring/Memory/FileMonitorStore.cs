using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Documents of monitors as files, for the hosts of one machine. A file is replaced as a whole; who writes holds the lock of the folder, whichever process it is.</summary>
internal sealed class FileMonitorStore(string folder, TimeProvider time) : IMonitorStore
{
    private const string Extension = ".json";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<MonitorDocument?> ReadAsync(string key, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.CheckKey(key);
        return await ReadFileAsync(PathOf(key), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<MonitorDocument>> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        cancellationToken.ThrowIfCancellationRequested();
        if (!Directory.Exists(folder)) return [];
        var documents = new List<MonitorDocument>();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            if (await ReadFileAsync(path, cancellationToken).ConfigureAwait(false) is { } document && document.Key.StartsWith(prefix, StringComparison.Ordinal)) documents.Add(document);
        }

        return [.. documents.OrderBy(d => d.Key, StringComparer.Ordinal)];
    }

    public async Task<bool> TryWriteAsync(string key, string json, long expected, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.Check(key, json, expected);
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(folder);
        var path = PathOf(key);
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (((await ReadFileAsync(path, cancellationToken).ConfigureAwait(false))?.Version ?? 0) != expected) return false;
        var temporary = path + ".tmp";
        await File.WriteAllBytesAsync(temporary, JsonSerializer.SerializeToUtf8Bytes(new MonitorDocument(key, expected + 1, json), MlOpsJson.Options), cancellationToken).ConfigureAwait(false);
        File.Move(temporary, path, overwrite: true);
        return true;
    }

    private static async Task<MonitorDocument?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<MonitorDocument>(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), MlOpsJson.Options);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new StoreException($"The file '{path}' is no document of a monitor. Remove it to begin anew.", e);
        }
    }

    // The operating system gives the lock back when a process dies.
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, ".lock");
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (time.GetElapsedTime(started) >= Patience)
            {
                throw new StoreException($"The lock '{path}' has been held for {Patience.TotalSeconds:0} s. Another process holds it, or it cannot be written.", e);
            }
            catch (IOException)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false); // the other process lives by the machine's clock
            }
        }
    }

    // The name of a file says nothing of the key, which stands in it.
    private string PathOf(string key) => Path.Combine(folder, Sha256.Hex(key)[..32] + Extension);
}
