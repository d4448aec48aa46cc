using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Documents of monitors as files, for the hosts of one machine. A file is replaced as a whole and lies on the disk before anybody is told that it was written; who writes holds the lock of the folder, whichever process it is.</summary>
internal sealed class FileMonitorStore(string folder) : IMonitorStore
{
    private const string Extension = ".json";
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
        var path = PathOf(key);
        using var held = await FileLock.TakeAsync(Path.Combine(folder, ".lock"), Patience, cancellationToken).ConfigureAwait(false);
        if (((await ReadFileAsync(path, cancellationToken).ConfigureAwait(false))?.Version ?? 0) != expected) return false;
        await DurableFile.WriteAsync(path, JsonSerializer.SerializeToUtf8Bytes(new MonitorDocument(key, expected + 1, json), MlOpsJson.Options), cancellationToken).ConfigureAwait(false);
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

    // The name of a file says nothing of the key, which stands in it.
    private string PathOf(string key) => Path.Combine(folder, Sha256.Hex(key)[..32] + Extension);
}
