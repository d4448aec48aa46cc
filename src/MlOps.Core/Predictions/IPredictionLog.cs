using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Keeps every prediction, and the true values as they become known. Thread-safe.</summary>
public interface IPredictionLog
{
    /// <summary>Takes predictions for the log. It returns as soon as they are in the queue; when the queue is full it waits or drops, as the host has chosen.</summary>
    /// <param name="entry">The predictions of one request. It must not be changed afterwards.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>When it is in the queue.</returns>
    ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default);

    /// <summary>Takes true values for the log.</summary>
    /// <param name="model">The model.</param>
    /// <param name="values">The values.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When they are stored.</returns>
    Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default);

    /// <summary>Stores what is in the queue.</summary>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>When everything written before is stored.</returns>
    Task FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads logged predictions of one model by time: the inputs as columns of their names, the outputs as <c>output.Name</c>, then those of <see cref="PredictionColumns.Own"/>, then <see cref="PredictionColumns.Truth"/> and <see cref="PredictionColumns.TruthTime"/>.
    /// A true value counts whenever it became known; one of an identifier that a caller has made counts from a day before the window on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches of one schema; none when nothing was logged. A batch is valid until the next one is asked for.</returns>
    IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);
}

/// <summary>The predictions of one request.</summary>
public sealed record PredictionEntry
{
    /// <summary>Gets the identifier of the request. With several rows, row i of it is called id/i.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the numbers by which its rows are called, from 0 up, when they are a part of something larger, such as a dataset: row i is then called id/RowNumbers[i], also when there is only one. There are as many as rows.</summary>
    /// <value>Null when the request is the whole.</value>
    public IReadOnlyList<long>? RowNumbers { get; init; }

    /// <summary>Gets the model.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the version that predicted.</summary>
    public required int Version { get; init; }

    /// <summary>Gets when.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the inputs.</summary>
    public required IReadOnlyList<Tensor> Inputs { get; init; }

    /// <summary>Gets the outputs; none when it failed.</summary>
    public required IReadOnlyList<Tensor> Outputs { get; init; }

    /// <summary>Gets how long the model took, for the whole request.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Gets how the request came: http, in-process, batch.</summary>
    public required string Caller { get; init; }

    /// <summary>Gets as what the version was asked: champion, challenger, another alias, one of <see cref="PredictionVariants"/>, or the variant of an experiment; null when the caller named the version itself.</summary>
    public string? Variant { get; init; }

    /// <summary>Gets the fingerprint of what the version takes and gives, as <see cref="ModelSignature.GetFingerprint"/> makes it; null when it is not known.</summary>
    public string? SchemaHash { get; init; }

    /// <summary>Gets who or what the request is about, so that it can be erased; null leaves it to the log, which may take it from an input.</summary>
    public string? Subject { get; init; }

    /// <summary>Gets the W3C trace identifier of the request; null takes that of the current activity.</summary>
    public string? TraceId { get; init; }

    /// <summary>Gets why it failed; null when it did not.</summary>
    public string? Error { get; init; }
}

/// <summary>What was true of something that was predicted.</summary>
/// <param name="PredictionId">The identifier of the prediction.</param>
/// <param name="Value">The true value: a number, a class number, or 1 and 0 for true and false.</param>
/// <param name="Time">When it became known. Of several values for one prediction the latest counts.</param>
public sealed record GroundTruth(string PredictionId, double Value, DateTimeOffset Time);
