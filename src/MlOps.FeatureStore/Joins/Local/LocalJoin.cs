using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Gives each row the newest event that it sees: the rows are sorted by entity and time, and the events, going by, leave at each row only that one.</summary>
internal sealed class LocalJoin(IEventReader events, EntityRowsReader reader, IOptions<LocalJoinOptions> options) : PartitionedJoin(events, reader, options)
{
    public override int Preference => -1;

    public override bool CanJoin(FeatureView view, EntityRows rows) => !view.IsWindowed;

    protected override IJoinPart Begin(IReadOnlyList<SelectedView> views, IReadOnlyList<DatasetSchema> schemas, bool createdBeforeRow, JoinBudget budget) => new JoinPart(views, createdBeforeRow);

    protected override long BytesOfRow(SelectedView view)
    {
        var columns = ViewColumns.Of(view);
        return columns.Sum(c => ValueStore.BytesOfSlot(c.Type)) + (20 * (view.View.SkipsNulls ? columns.Count : 1));
    }

    protected override long FirstSeen(FeatureView view, IReadOnlyList<Feature> features, long rowTime)
    {
        var timeToLive = ViewColumns.TimeToLive(view);
        return rowTime < LatestEvents.Never + timeToLive ? LatestEvents.Never : rowTime - timeToLive;
    }
}
