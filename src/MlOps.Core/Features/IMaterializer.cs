using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Brings features to the online store. Thread-safe.</summary>
public interface IMaterializer
{
    /// <summary>Brings the newest row of each entity within a span of event time to the online store. A row whose event time has not come yet is left for later.</summary>
    /// <param name="views">The views; null for all that are online.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The last moment, inclusive.</param>
    /// <param name="progress">Is told how it goes on; null tells nobody.</param>
    /// <param name="cancellationToken">Stops the work; what is written stays, and the next call goes on from there.</param>
    /// <returns>What was written, view by view.</returns>
    /// <exception cref="ArgumentException">The span ends before it begins.</exception>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    /// <exception cref="MaterializationException">Some views could not be materialized; the others are.</exception>
    Task<IReadOnlyList<MaterializedView>> MaterializeAsync(
        IReadOnlyList<string>? views, DateTimeOffset from, DateTimeOffset to, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Brings what is new since the last call to the online store: by event time, and for views with a created time also rows that arrived late.</summary>
    /// <param name="views">The views; null for all that are online.</param>
    /// <param name="to">The last moment, inclusive; null for now. A moment of the future is taken as now.</param>
    /// <param name="progress">Is told how it goes on; null tells nobody.</param>
    /// <param name="cancellationToken">Stops the work; what is written stays, and the next call goes on from there.</param>
    /// <returns>What was written, view by view.</returns>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    /// <exception cref="MaterializationException">Some views could not be materialized; the others are.</exception>
    Task<IReadOnlyList<MaterializedView>> MaterializeIncrementalAsync(
        IReadOnlyList<string>? views, DateTimeOffset? to = null, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Takes events of a view as they happen: writes them to the online store, and to the view's history when it keeps one.</summary>
    /// <param name="view">The view.</param>
    /// <param name="rows">Columns as the source of the view has them.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Stops the call; pushing the same rows again does no harm.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    /// <exception cref="DataException">A column lacks or has another type, or an event has no time.</exception>
    Task<MaterializedView> PushAsync(string view, RecordBatch rows, PushTarget target = PushTarget.Online, CancellationToken cancellationToken = default);

    /// <summary>Forgets entities online as of a moment: an event at or before it does not bring them back, unless it was created after this call.</summary>
    /// <param name="view">The view.</param>
    /// <param name="keys">The join keys, by name: as many values each as there are entities.</param>
    /// <param name="at">The moment.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When they are forgotten.</returns>
    /// <exception cref="NotFoundException">There is no such view.</exception>
    Task DeleteAsync(string view, IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> keys, DateTimeOffset at, CancellationToken cancellationToken = default);
}

/// <summary>Where pushed events go.</summary>
public enum PushTarget
{
    /// <summary>To the online store.</summary>
    Online,

    /// <summary>To the history of the view, from which training sets are made.</summary>
    Offline,

    /// <summary>To both.</summary>
    OnlineAndOffline,
}

/// <summary>What was brought to the online store for one view.</summary>
/// <param name="View">The view.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The last moment.</param>
/// <param name="Read">The rows that were read.</param>
/// <param name="Written">The entities that were written.</param>
/// <param name="Superseded">The entities for which something newer was there already.</param>
/// <param name="Rejected">The rows that were put aside: without an event time or a key, or refused by an <see cref="IFeatureGuard"/>.</param>
public sealed record MaterializedView(string View, DateTimeOffset From, DateTimeOffset To, long Read, long Written, long Superseded, long Rejected)
{
    /// <summary>Gets how many entities were not written because their newest row was past the view's time to live already.</summary>
    public long Expired { get; init; }

    /// <summary>Gets how many pushed rows were not written because their event time had not come yet. In the history they count from then on.</summary>
    public long Future { get; init; }

    /// <summary>Gets how many rows were written although an <see cref="IFeatureGuard"/> found them odd.</summary>
    public long Flagged { get; init; }

    /// <summary>Gets the rows that an <see cref="IFeatureGuard"/> refused, with the reason; null when there are none, or when they are not kept.</summary>
    public Dataset? RejectedRows { get; init; }
}
