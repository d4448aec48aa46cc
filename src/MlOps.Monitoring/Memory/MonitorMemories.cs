using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads and changes what monitors remember, so that what another host has written meanwhile is never lost. Thread-safe.</summary>
internal sealed class MonitorMemories(IMonitorStore store)
{
    /// <summary>Makes a key of a name, which may be anything.</summary>
    public static string KeyOf(string prefix, string name) => prefix + Sha256.Hex(name)[..32];

    public async Task<T?> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class => await store.ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } document ? Parse<T>(document) : null;

    /// <summary>Reads all documents whose keys begin with a text.</summary>
    public async Task<IReadOnlyList<(string Key, T Value)>> ListAsync<T>(string prefix, CancellationToken cancellationToken)
        where T : class => [.. (await store.ListAsync(prefix, cancellationToken).ConfigureAwait(false)).Select(d => (d.Key, Parse<T>(d)))];

    /// <summary>Changes a document. The change is asked again when somebody else was faster, so it must change nothing else.</summary>
    /// <param name="key">The key.</param>
    /// <param name="change">Makes the new state of the old one, which is null when there is none; null leaves it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task ChangeAsync<T>(string key, Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var document = await store.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (change(document is null ? null : Parse<T>(document)) is not { } next) return;
            if (await store.TryWriteAsync(key, JsonSerializer.Serialize(next, MlOpsJson.Options), document?.Version ?? 0, cancellationToken).ConfigureAwait(false)) return;
        }
    }

    private static T Parse<T>(MonitorDocument document)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(document.Json, MlOpsJson.Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new StoreException($"The document '{document.Key}' of a monitor cannot be read. Remove it to begin anew.", e);
        }
    }
}
