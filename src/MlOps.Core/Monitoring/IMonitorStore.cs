namespace MlOps.Core;

/// <summary>Keeps what monitors remember between their runs, and share between hosts: small documents under keys, each changed only by who has seen its last state. Thread-safe.</summary>
public interface IMonitorStore
{
    /// <summary>Reads a document.</summary>
    /// <param name="key">Its key: letters, digits, dots, dashes, underscores and slashes between parts, at most 400 characters.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The document; null when there is none.</returns>
    /// <exception cref="ArgumentException">The key is none.</exception>
    Task<MonitorDocument?> ReadAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Reads all documents whose keys begin with a text.</summary>
    /// <param name="prefix">The beginning; empty for all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The documents in ordinal order of their keys.</returns>
    Task<IReadOnlyList<MonitorDocument>> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Writes a document, unless somebody else has written it since it was read.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="json">The document, at most a megabyte.</param>
    /// <param name="expected">The version that was read; 0 when there was none.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether it was written. If not, read it again and decide again.</returns>
    /// <exception cref="ArgumentException">The key is none, or the document is too large.</exception>
    Task<bool> TryWriteAsync(string key, string json, long expected, CancellationToken cancellationToken = default);
}

/// <summary>A document of a monitor.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Version">How often it was written, from 1.</param>
/// <param name="Json">The document.</param>
public sealed record MonitorDocument(string Key, long Version, string Json);
