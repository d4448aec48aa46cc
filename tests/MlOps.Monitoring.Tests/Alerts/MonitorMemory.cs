using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>A store of monitors that can be out of reach, or lose a race.</summary>
internal sealed class MonitorMemory : IMonitorStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MonitorDocument> _documents = new(StringComparer.Ordinal);

    public Exception? Error { get; set; }

    /// <summary>Gets or sets what happens right before a document is written.</summary>
    public Action<string>? Interfere { get; set; }

    public Task<MonitorDocument?> ReadAsync(string key, CancellationToken cancellationToken = default) => Locked(() => _documents.GetValueOrDefault(key));

    public Task<IReadOnlyList<MonitorDocument>> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
        Locked<IReadOnlyList<MonitorDocument>>(() => [.. _documents.Values.Where(d => d.Key.StartsWith(prefix, StringComparison.Ordinal))]);

    public Task<bool> TryWriteAsync(string key, string json, long expected, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.Check(key, json, expected);
        if (Error is not null) return Task.FromException<bool>(Error);
        var interfere = Interfere;
        Interfere = null;
        interfere?.Invoke(key);
        return Locked(() =>
        {
            if ((_documents.GetValueOrDefault(key)?.Version ?? 0) != expected) return false;
            _documents[key] = new(key, expected + 1, json);
            return true;
        });
    }

    private Task<T> Locked<T>(Func<T> work)
    {
        if (Error is { } error) return Task.FromException<T>(error);
        lock (_gate) return Task.FromResult(work());
    }
}
