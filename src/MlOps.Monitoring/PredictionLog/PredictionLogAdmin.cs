using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Looks after the log that is in the store, and after what is still on its way there.</summary>
internal sealed class PredictionLogAdmin(PredictionLog log, IPredictionStore store, IOptions<PredictionLogOptions> options, TimeProvider time, ILogger<PredictionLogAdmin> logger) : IPredictionLogAdmin
{
    public Task<LabelCoverage> CoverageAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) => log.Reader.CoverAsync(model, from, to, cancellationToken);

    public async Task<long> EraseAsync(string subject, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        var now = time.GetUtcNow();
        log.Recover();
        await log.FlushAsync(cancellationToken).ConfigureAwait(false); // what waits comes into the store, and so do the pieces of those that are no more
        log.Forget();
        var erased = await store.EraseAsync(subject, now, cancellationToken).ConfigureAwait(false);
        if (options.Value.HashKey is { } key) erased += await store.EraseAsync(new ValueHash(key).Of(subject), now, cancellationToken).ConfigureAwait(false);
        logger.SubjectErased(erased);
        return erased;
    }

    public Task<int> RemoveAsync(DateOnly before, CancellationToken cancellationToken = default) => store.RemoveAsync(before, cancellationToken);

    public Task<int> CompactAsync(DateOnly before, CancellationToken cancellationToken = default)
    {
        // What a batch has brought already must be found by its key as long as the batch can come again.
        var open = log.Segments?.ListOpen() ?? [];
        return store.CompactAsync(before, key => !open.Contains(BatchOf(key)), cancellationToken);
    }

    private static string BatchOf(string key) => key[..Math.Max(0, key.LastIndexOf('.'))];
}
