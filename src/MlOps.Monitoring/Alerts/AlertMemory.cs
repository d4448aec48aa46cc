using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads and changes what is remembered of alerts, so that nothing is lost which another host has written meanwhile. Thread-safe.</summary>
internal sealed class AlertMemory(IMonitorStore store)
{
    private const string StatePrefix = "alerts/state/";

    /// <summary>Gives the key of what is remembered of a monitor. Its name may be anything; a key may not.</summary>
    public static string KeyOf(string monitor) => StatePrefix + Sha256.Hex(monitor)[..32];

    public async Task<T?> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class => (await ReadVersionAsync<T>(key, cancellationToken).ConfigureAwait(false)).Value;

    public async Task<IReadOnlyList<(string Key, AlertState State)>> ListStatesAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(StatePrefix, cancellationToken).ConfigureAwait(false)).Select(d => (d.Key, JsonSerializer.Deserialize<AlertState>(d.Json, MlOpsJson.Options)!))];

    /// <summary>Changes a document. The change is asked again when somebody else was faster; what it gives last is what is stored. Null leaves the document as it is.</summary>
    public async Task ChangeAsync<T>(string key, Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var (value, version) = await ReadVersionAsync<T>(key, cancellationToken).ConfigureAwait(false);
            if (change(value) is not { } next) return;
            if (await store.TryWriteAsync(key, JsonSerializer.Serialize(next, MlOpsJson.Options), version, cancellationToken).ConfigureAwait(false)) return;
        }
    }

    private async Task<(T? Value, long Version)> ReadVersionAsync<T>(string key, CancellationToken cancellationToken)
        where T : class => await store.ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } document
            ? (JsonSerializer.Deserialize<T>(document.Json, MlOpsJson.Options), document.Version)
            : (null, 0);
}
