namespace MlOps.Core;

/// <summary>Hands out what the monitors of a host have kept and found: saved reports and open alerts, for people and for programs. Whoever maps it decides who may see it: it holds values of columns. Thread-safe.</summary>
public interface IMonitorPages
{
    /// <summary>Finds a page.</summary>
    /// <param name="path">Its path below the index, without a slash in front; empty for the index, whose links are relative.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The page; null when there is none.</returns>
    /// <exception cref="StoreException">What is remembered cannot be read.</exception>
    Task<MonitorPageContent?> FindAsync(string path, CancellationToken cancellationToken = default);
}

/// <summary>A page of a monitor.</summary>
/// <param name="ContentType">What the text is, as HTTP names it.</param>
/// <param name="Text">The text.</param>
public sealed record MonitorPageContent(string ContentType, string Text);
