namespace TrackingServer;

/// <summary>Sets the store back to what it is when it is new: experiment 0 and nothing else. For tests of clients.</summary>
internal interface IStoreReset : IAsyncDisposable
{
    /// <summary>Empties the store, all of it or nothing.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
