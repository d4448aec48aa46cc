using Apache.Arrow;

namespace MlOps.FeatureStore;

/// <summary>The views of a join that find their entities by the same columns of the rows. Rows, then events, then features; all at once in memory, or in parts by way of files.</summary>
internal abstract class JoinGroup(IReadOnlyList<SelectedView> views) : IAsyncDisposable
{
    /// <summary>Gets the views.</summary>
    public IReadOnlyList<SelectedView> Views { get; } = views;

    /// <summary>Adds rows.</summary>
    /// <param name="keys">The columns that hold the join keys.</param>
    /// <param name="times">The time of each row.</param>
    public abstract void AddRows(IReadOnlyList<IArrowArray> keys, TimestampArray times);

    /// <summary>Ends the rows.</summary>
    public abstract void Prepare();

    /// <summary>Adds events. Events of two views may be added at once.</summary>
    /// <param name="which">Which of the views.</param>
    /// <param name="events">The events.</param>
    /// <param name="scratch">Room, one for each thread.</param>
    public abstract void AddEvents(int which, RecordBatch events, EventScratch scratch);

    /// <summary>Ends the events of a view. Two views may be ended at once.</summary>
    /// <param name="which">Which of the views.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public abstract void EndEvents(int which, CancellationToken cancellationToken);

    /// <summary>Ends the events of all views.</summary>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>When the features can be taken.</returns>
    public abstract Task CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Takes the features of the next rows.</summary>
    /// <param name="keys">The columns of the rows that hold the join keys, as they were added.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The features of each view, in order.</returns>
    public abstract ValueTask<List<IArrowArray>> TakeAsync(IReadOnlyList<IArrowArray> keys, int rows, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>A group that is joined in memory.</summary>
internal sealed class MemoryJoinGroup(IReadOnlyList<SelectedView> views, IJoinPart part, LeakageCounter leakage) : JoinGroup(views)
{
    public override void AddRows(IReadOnlyList<IArrowArray> keys, TimestampArray times) => part.AddRows(keys, times.Values);

    public override void Prepare() => part.Prepare();

    public override void AddEvents(int which, RecordBatch events, EventScratch scratch) => part.AddEvents(which, events, scratch);

    public override void EndEvents(int which, CancellationToken cancellationToken) => part.EndEvents(which, cancellationToken);

    public override Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override ValueTask<List<IArrowArray>> TakeAsync(IReadOnlyList<IArrowArray> keys, int rows, CancellationToken cancellationToken) => ValueTask.FromResult(part.Take(rows, leakage));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
