using MlOps.Data;

namespace MlOps.Core;

/// <summary>Cleans data in a pipeline. What stands before the split shapes the data; what stands after it is fitted on the training rows and is part of the model.</summary>
public static class CleaningExtensions
{
    /// <summary>Applies steps to a dataset, in order, and keeps the result as a new dataset.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="steps">The steps; none of them learns anything, so there is nothing that could leak.</param>
    /// <returns>The new dataset.</returns>
    public static StageOutput<Dataset> Clean(this StageOutput<Dataset> data, params IReadOnlyList<IDataTransformer> steps)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(steps);
        return data.Then(new CleanStage(steps));
    }

    /// <summary>Keeps the rows of a dataset for which a predicate over a record of the host's own holds, in their order.</summary>
    /// <typeparam name="T">The record; its members are matched with the columns by name, as by <c>ReadRowsAsync</c>. It needs only those that the predicate asks for.</typeparam>
    /// <param name="data">The dataset.</param>
    /// <param name="keep">Says whether a row is kept. It must depend on the row alone.</param>
    /// <returns>The new dataset.</returns>
    public static StageOutput<Dataset> Where<T>(this StageOutput<Dataset> data, Func<T, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(keep);
        return data.Then(new WhereStage<T>(keep));
    }

    /// <summary>
    /// Fits steps on the training rows only, each on what the former makes of them, and puts them to the split: they are applied whenever rows of any part are read for
    /// the model, and to every request when it serves. The three datasets stay as they are.
    /// </summary>
    /// <param name="split">The split.</param>
    /// <param name="steps">The steps. A step of the host's own is registered with <c>AddTransformer</c>.</param>
    /// <returns>The split with the fitted steps after those that it had.</returns>
    /// <exception cref="ArgumentException">A step drops rows; a request must get its answer.</exception>
    public static StageOutput<DataSplit> Prepare(this StageOutput<DataSplit> split, params IReadOnlyList<IDataEstimator> steps)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(steps);
        var dropping = steps.FirstOrDefault(s => s is IDataTransformer { KeepsRows: false });
        if (dropping is not null)
            throw new ArgumentException($"{dropping.GetType().Name} drops rows, and a request must get its answer. Apply it before the split, with {nameof(Clean)}.", nameof(steps));
        return split.Then(new PrepareStage(steps));
    }
}
