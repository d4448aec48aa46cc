using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Where the prediction log lies. The log queues, protects, joins and decides what is kept; a store only keeps. Thread-safe.</summary>
/// <remarks>For those who write a backend: derive <c>PredictionStoreConformance</c> of MlOps.Testing.</remarks>
public interface IPredictionStore
{
    /// <summary>Adds rows of one model and day, all of them or none. A batch whose key was added before, and is still there, changes nothing. Rows of a subject that was erased after they were made are not taken.</summary>
    /// <param name="batch">The rows. Their memory is valid until the call ends.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many rows were taken.</returns>
    /// <exception cref="MlOpsException">The store cannot be written now; nothing was added.</exception>
    Task<int> AppendAsync(PredictionBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Adds true values. Of several values for one prediction, the one that became known last is valid; of two of one moment, the one that was added later.</summary>
    /// <param name="model">The model.</param>
    /// <param name="values">The values.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When they are stored.</returns>
    Task AppendGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default);

    /// <summary>Gives the different columns that the predictions of a window have.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The schemas, in the order in which they were first written; none when there are no predictions.</returns>
    Task<IReadOnlyList<DatasetSchema>> GetSchemasAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);

    /// <summary>Reads predictions by day, without what became true of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="columns">The columns to read, all of them <see cref="PredictionColumns.Own"/>; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches of one or more schemas. Rows just outside of the window may be among them. A batch is valid until the next one is asked for.</returns>
    IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the true values of predictions whose identifiers tell the day (<see cref="PredictionId.DayOf"/>), by their days, and those of other identifiers by when they became known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="days">The days of the predictions.</param>
    /// <param name="othersFrom">From when on those of other identifiers are read; null reads none of them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches with the columns <see cref="PredictionColumns.Id"/>, <see cref="PredictionColumns.Truth"/> and <see cref="PredictionColumns.TruthTime"/>. Of several values for one prediction the one that became known last is valid, of two of one moment the one that is read later.</returns>
    IAsyncEnumerable<RecordBatch> ReadGroundTruthAsync(string model, IReadOnlyCollection<DateOnly> days, DateTimeOffset? othersFrom, CancellationToken cancellationToken = default);

    /// <summary>Erases a subject: every prediction about it, and its true values where the store knows them by it. Batches that are added later bring none of its rows from before this call.</summary>
    /// <param name="subject">The subject, as the rows have it.</param>
    /// <param name="at">When this is; rows of later moments are kept.</param>
    /// <param name="cancellationToken">Stops the call, which can be made again.</param>
    /// <returns>How many rows were erased.</returns>
    Task<long> EraseAsync(string subject, DateTimeOffset at, CancellationToken cancellationToken = default);

    /// <summary>Removes the predictions and true values of days that are over.</summary>
    /// <param name="before">The first day that stays.</param>
    /// <param name="cancellationToken">Stops the call, which can be made again.</param>
    /// <returns>How many days of models were removed.</returns>
    Task<int> RemoveAsync(DateOnly before, CancellationToken cancellationToken = default);

    /// <summary>Puts what was written in small pieces together, so that it is read faster. It changes nothing that can be read.</summary>
    /// <param name="before">The first day that is left as it is.</param>
    /// <param name="isSettled">Says of the key of a batch that it will not be added again.</param>
    /// <param name="cancellationToken">Stops the call, which can be made again.</param>
    /// <returns>How many pieces there are less.</returns>
    Task<int> CompactAsync(DateOnly before, Func<string, bool> isSettled, CancellationToken cancellationToken = default);
}

/// <summary>Rows for a prediction store, with the same columns.</summary>
/// <param name="Model">The model.</param>
/// <param name="Day">The day of the predictions, in UTC.</param>
/// <param name="Key">What tells the batch from all others: letters, digits and dots.</param>
/// <param name="Schema">The columns: inputs, outputs, then those of <see cref="PredictionColumns.Own"/>.</param>
/// <param name="Rows">The rows.</param>
public sealed record PredictionBatch(string Model, DateOnly Day, string Key, DatasetSchema Schema, RecordBatch Rows);
