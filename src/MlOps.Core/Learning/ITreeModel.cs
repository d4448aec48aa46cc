namespace MlOps.Core;

/// <summary>Trees that were learned. Thread-safe, except for being disposed.</summary>
public interface ITreeModel : IDisposable
{
    /// <summary>Gets how much each column told, in the order of the columns: its share of what all splits gained.</summary>
    /// <value>Shares that sum to 1; all 0 when there is no split.</value>
    IReadOnlyList<double> Gains { get; }

    /// <summary>Predicts.</summary>
    /// <param name="columns">The columns of the same names in the same order as those learned from. A category that was not learned from is like none of them.</param>
    /// <param name="results">Where the answers are written, one a row: the number, or the probability of 1.</param>
    /// <exception cref="ArgumentException">The columns are others, or lengths differ.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    void Predict(IReadOnlyList<TreeColumn> columns, Span<double> results);
}
