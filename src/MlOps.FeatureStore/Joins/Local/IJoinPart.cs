using Apache.Arrow;

namespace MlOps.FeatureStore;

/// <summary>Joins the events of views to rows that name their entities by the same columns: all of them, or those of one part of the entities. First all rows are added, then the events of each view, then the features are taken.</summary>
internal interface IJoinPart
{
    /// <summary>Adds rows.</summary>
    /// <param name="keys">The columns that hold the join keys.</param>
    /// <param name="times">The time of each row.</param>
    void AddRows(IReadOnlyList<IArrowArray> keys, ReadOnlySpan<long> times);

    /// <summary>Ends the rows.</summary>
    void Prepare();

    /// <summary>Adds events. Events of two views may be added at once.</summary>
    /// <param name="which">Which of the views.</param>
    /// <param name="events">The events.</param>
    /// <param name="scratch">Room, one for each thread.</param>
    /// <exception cref="JoinBudgetException">There is no memory left for them.</exception>
    void AddEvents(int which, RecordBatch events, EventScratch scratch);

    /// <summary>Ends the events of a view. Two views may be ended at once.</summary>
    /// <param name="which">Which of the views.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    void EndEvents(int which, CancellationToken cancellationToken);

    /// <summary>Takes the features of the next rows.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="leakage">Counts values created after their row's time.</param>
    /// <returns>The features of each view, in order.</returns>
    List<IArrowArray> Take(int rows, LeakageCounter leakage);
}
