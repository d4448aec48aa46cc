using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Computes the features of windowed views for rows as of each row's own time, over local data.</summary>
/// <remarks>
/// Events and rows are laid side by side by entity and time, and each window moves along both once: the cost is that of sorting and of as many steps as there are events and rows for each feature. Held are the keys, times
/// and results of the rows, and of the events that belong to them the times and the columns that are asked for; where that is more than the memory budget, entities are worked at part by part.
/// </remarks>
internal sealed class WindowJoin(IEventReader events, EntityRowsReader reader, IOptions<LocalJoinOptions> options) : PartitionedJoin(events, reader, options)
{
    public override int Preference => 0;

    public override bool CanJoin(FeatureView view, EntityRows rows)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.IsWindowed;
    }

    protected override IJoinPart Begin(IReadOnlyList<SelectedView> views, IReadOnlyList<DatasetSchema> schemas, bool createdBeforeRow, JoinBudget budget) =>
        new WindowPart(views, schemas, createdBeforeRow, budget);

    protected override long BytesOfRow(SelectedView view) => view.Features.Sum(f => ValueStore.BytesOfSlot(f.Type));

    protected override long FirstSeen(FeatureView view, IReadOnlyList<Feature> features, long rowTime) => features.Min(f => WindowFrame.Of(f.Aggregation!).Begin(rowTime));
}
