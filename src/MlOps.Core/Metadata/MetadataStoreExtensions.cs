namespace MlOps.Core;

/// <summary>Shorter ways to say what is often said to a metadata store.</summary>
public static class MetadataStoreExtensions
{
    /// <summary>Records how a run ended.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runId">The run.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="error">Why it failed, or null.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public static Task EndRunAsync(this IMetadataStore store, string runId, RunStatus status, DateTimeOffset endedAt, string? error = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (status is not (RunStatus.Finished or RunStatus.Failed or RunStatus.Killed)) throw new ArgumentException($"A run cannot end as {status}.", nameof(status));
        return store.ChangeRunAsync(runId, new(endedAt) { Status = status, EndedAt = endedAt, Error = error }, cancellationToken);
    }

    /// <summary>Reads all pages of a list of runs.</summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Which. Its limit is the size of the pages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The runs.</returns>
    public static IAsyncEnumerable<Run> ReadRunsAsync(this IMetadataStore store, RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(query);
        return Pages.ReadAsync((after, cancel) => store.SearchRunsAsync(query with { After = after }, cancel), query.After, cancellationToken);
    }

    /// <summary>Reads all pages of a list of experiments.</summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Which. Its limit is the size of the pages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The experiments.</returns>
    public static IAsyncEnumerable<Experiment> ReadExperimentsAsync(this IMetadataStore store, ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(query);
        return Pages.ReadAsync((after, cancel) => store.SearchExperimentsAsync(query with { After = after }, cancel), query.After, cancellationToken);
    }
}
