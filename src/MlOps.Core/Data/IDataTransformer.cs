using Apache.Arrow;

namespace MlOps.Core;

/// <summary>A step of data preparation that learns something from the training rows before it can be applied.</summary>
public interface IDataEstimator
{
    /// <summary>Learns from the training rows.</summary>
    /// <param name="schema">The columns of the rows.</param>
    /// <param name="rows">Starts a pass over the training rows; call it once for each pass that is needed.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The fitted step.</returns>
    /// <exception cref="DataException">The rows do not fit the step, for instance because a column is missing.</exception>
    Task<IDataTransformer> FitAsync(DatasetSchema schema, Func<IAsyncEnumerable<RecordBatch>> rows, CancellationToken cancellationToken);
}

/// <summary>A step of data preparation that can be applied to rows: a pure function of a batch.</summary>
/// <remarks>
/// Write it as a record whose public properties are its state, and register it with <c>AddTransformer</c>: it is then stored in the model's bundle as
/// data and applied again, by the same code, to every request. A step that needs no fitting implements only this interface. Thread-safe.
/// </remarks>
public interface IDataTransformer : IDataEstimator
{
    /// <summary>Gives the columns that come out.</summary>
    /// <param name="input">The columns that go in.</param>
    /// <returns>The columns that come out.</returns>
    /// <exception cref="DataException">A column is missing or has the wrong type.</exception>
    DatasetSchema GetOutputSchema(DatasetSchema input);

    /// <summary>Applies the step.</summary>
    /// <param name="batch">The rows. Columns that do not change may be shared with the result.</param>
    /// <returns>The rows that come out, valid as long as the batch is.</returns>
    RecordBatch Apply(RecordBatch batch);

    /// <summary>Gets whether every row that goes in comes out, in its place.</summary>
    /// <value>The default is true. A step that drops rows cannot be part of a model's preparation: a request must get its answer.</value>
    bool KeepsRows => true;

    Task<IDataTransformer> IDataEstimator.FitAsync(DatasetSchema schema, Func<IAsyncEnumerable<RecordBatch>> rows, CancellationToken cancellationToken)
    {
        GetOutputSchema(schema);
        return Task.FromResult(this);
    }
}
