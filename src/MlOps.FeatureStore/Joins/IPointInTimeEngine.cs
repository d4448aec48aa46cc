using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Joins the features of views to rows as of each row's own time. There is one for local data and one for warehouses; all give the same.</summary>
internal interface IPointInTimeEngine
{
    /// <summary>Gets how much this engine is preferred where several can join a view: the greatest number wins. An engine that pushes the join to where the events are says more than 10, and the one that can join whatever can be read says -1, less than any other.</summary>
    int Preference => 10;

    /// <summary>Says whether a view can be joined here to such rows.</summary>
    /// <param name="view">The view.</param>
    /// <param name="rows">The rows.</param>
    /// <returns>True when it can.</returns>
    bool CanJoin(FeatureView view, EntityRows rows);

    /// <summary>Joins.</summary>
    /// <param name="join">What to join.</param>
    /// <param name="cancellationToken">Stops the join.</param>
    /// <returns>Batches: the columns of the rows, then the features of each view in order, named by their slot as <c>f0</c>, <c>f1</c> …; one output row for each row, in its order. At least one batch, which may be empty.</returns>
    IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, CancellationToken cancellationToken);
}

/// <summary>What to join.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="TimeColumn">The column with their time.</param>
/// <param name="Views">The views; each can be joined here.</param>
/// <param name="CreatedBeforeRow">Whether events created after the row's time, or at an unknown time, are left out of views that have a created time.</param>
/// <param name="Leakage">Counts values created after their row's time.</param>
internal sealed record PointInTimeJoin(EntityRows Rows, string TimeColumn, IReadOnlyList<SelectedView> Views, bool CreatedBeforeRow, LeakageCounter Leakage);
