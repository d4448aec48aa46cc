namespace MlOps.Core;

/// <summary>Learns boosted trees from columns of numbers. Thread-safe.</summary>
/// <remarks>What a monitor asks for, so that it can tell rows apart and estimate errors without knowing the trainer. <c>AddTraining</c> brings LightGBM.</remarks>
public interface ITreeLearner
{
    /// <summary>Learns.</summary>
    /// <param name="task">What is learned.</param>
    /// <param name="columns">The columns to learn from, at least one, all of the same length.</param>
    /// <param name="target">What is to be told, one finite number a row; 0 or 1 for <see cref="TreeTask.Binary"/>. One row, or a target of one value only, gives a model that answers with it.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the learning before the next tree.</param>
    /// <returns>The model, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">There are no columns or no rows, lengths differ, two columns have one name, a target is not finite (or neither 0 nor 1), or a category is no code.</exception>
    /// <exception cref="MlOpsException">The rows cannot be learned from here, for instance because the machine lacks the native library.</exception>
    ITreeModel Fit(TreeTask task, IReadOnlyList<TreeColumn> columns, ReadOnlyMemory<float> target, TreeOptions? options = null, CancellationToken cancellationToken = default);
}
