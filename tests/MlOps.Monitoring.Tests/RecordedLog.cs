using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>A prediction log that gives the batches that a test has put into it.</summary>
internal sealed class RecordedLog : IPredictionLog
{
    public List<RecordBatch> Batches { get; } = [];

    public Exception? FlushError { get; set; }

    public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task FlushAsync(CancellationToken cancellationToken = default) => FlushError is null ? Task.CompletedTask : Task.FromException(FlushError);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var batch in Batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsIn(batch, from, to)) yield return batch;
        }
    }

    // A batch without times is always there.
    private static bool IsIn(RecordBatch batch, DateTimeOffset from, DateTimeOffset to) =>
        ColumnReader.Find(batch, PredictionColumns.Time) is not TimestampArray times || Enumerable.Range(0, times.Length).Any(i => times.GetTimestamp(i) >= from && times.GetTimestamp(i) < to);
}
