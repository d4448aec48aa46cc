using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A store of monitors that forgets everything with the process. Thread-safe.</summary>
public sealed class InMemoryMonitorStore : IMonitorStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MonitorDocument> _documents = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<MonitorDocument?> ReadAsync(string key, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_documents.GetValueOrDefault(key));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MonitorDocument>> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<MonitorDocument>>([.. _documents.Values.Where(d => d.Key.StartsWith(prefix, StringComparison.Ordinal))]);
    }

    /// <inheritdoc/>
    public Task<bool> TryWriteAsync(string key, string json, long expected, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.Check(key, json, expected);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if ((_documents.GetValueOrDefault(key)?.Version ?? 0) != expected) return Task.FromResult(false);
            _documents[key] = new(key, expected + 1, json);
            return Task.FromResult(true);
        }
    }
}
