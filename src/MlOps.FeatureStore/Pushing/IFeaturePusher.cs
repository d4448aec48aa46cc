using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Pushes records of the host's own, as they happen. Thread-safe.</summary>
public interface IFeaturePusher
{
    /// <summary>Pushes a stream of records to its end, in batches: after <see cref="PushOptions.BatchRows"/> records, or when the first of them has waited for <see cref="PushOptions.BatchDelay"/>.</summary>
    /// <typeparam name="T">A class or record whose public properties are named as the columns of the view's source.</typeparam>
    /// <param name="view">The view.</param>
    /// <param name="events">The records. No more than one batch is read ahead of what is being written, so that a source that is faster has to wait.</param>
    /// <param name="target">Where to.</param>
    /// <param name="progress">Is told after each batch what was taken so far; null tells nobody.</param>
    /// <param name="cancellationToken">Stops the stream. Records that were read and not yet pushed are dropped; what was told as progress is pushed.</param>
    /// <returns>What was taken in all.</returns>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    /// <exception cref="DataException">A property lacks or does not fit its column, or an event has no time. Batches before it are pushed.</exception>
    Task<MaterializedView> PushAsync<T>(string view, IAsyncEnumerable<T> events, PushTarget target = PushTarget.Online, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default);
}
