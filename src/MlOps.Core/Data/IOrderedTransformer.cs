using Apache.Arrow;

namespace MlOps.Core;

/// <summary>A step that, over the rows of a dataset, may look back at the rows before: forward fill, for instance.</summary>
/// <remarks><see cref="IDataTransformer.Apply"/> is what happens to rows that stand for themselves, as in a request.</remarks>
public interface IOrderedTransformer : IDataTransformer
{
    /// <summary>Starts a pass over the rows of a dataset in their order.</summary>
    /// <returns>What is applied to one batch after the other. It is used by one thread at a time and for one pass; the size of the batches does not change the result.</returns>
    Func<RecordBatch, RecordBatch> BeginPass();
}
