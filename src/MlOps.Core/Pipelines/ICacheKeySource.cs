namespace MlOps.Core;

/// <summary>A stage whose result depends on something outside its parameters and inputs, such as a file, says here in which state that is.</summary>
/// <remarks>Implement it on the stage. The runner asks before each run and makes the answer part of the stage's cache key.</remarks>
public interface ICacheKeySource
{
    /// <summary>Says in which state the outside thing is now.</summary>
    /// <param name="services">The services of the stage's scope.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The state, for instance the digest of a file; null when it is unknown, and the stage then always runs.</returns>
    ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken);
}
