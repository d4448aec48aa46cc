using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>A store of monitors that can be out of reach, or lose a race.</summary>
internal sealed class MonitorMemory : IMonitorStore
{
    private readonly SortedDictionary<string, MonitorDocument> _documents = new(StringComparer.Ordinal);

    public Exception? Error { get; set; }

    /// <summary>Gets or sets what happens right before a document is written.</summary>
    public Action<string>? Interfere { get; set; }

    public Task<MonitorDocument?> ReadAsync(string key, CancellationToken cancellationToken = default) => Error is null ? Task.FromResult(_documents.GetValueOrDefault(key)) : Task.FromException<MonitorDocument?>(Error);

    public Task<IReadOnlyList<MonitorDocument>> ListAsync(string prefix, CancellationToken cancellationToken = default) => Error is null
        ? Task.FromResult<IReadOnlyList<MonitorDocument>>([.. _documents.Values.Where(d => d.Key.StartsWith(prefix, StringComparison.Ordinal))])
        : Task.FromException<IReadOnlyList<MonitorDocument>>(Error);

    public Task<bool> TryWriteAsync(string key, string json, long expected, CancellationToken cancellationToken = default)
    {
        if (Error is not null) return Task.FromException<bool>(Error);
        var interfere = Interfere;
        Interfere = null;
        interfere?.Invoke(key);
        if ((_documents.GetValueOrDefault(key)?.Version ?? 0) != expected) return Task.FromResult(false);
        _documents[key] = new(key, expected + 1, json);
        return Task.FromResult(true);
    }
}
