using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Logs the predictions of a scoring, or a share of them, under the numbers of their rows.</summary>
internal sealed class BatchLog(PredictionRecorder recorder, ServedModel served, string id, double share)
{
    private readonly ulong _hash = SampleHash.Of(id);
    private readonly ulong _limit = SampleHash.Limit(share);

    public async ValueTask WriteAsync(ScoredChunk chunk, long first, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (share <= 0) return;
        foreach (var part in chunk.Parts)
        {
            var places = Sample(part.Rows.Span, first);
            if (places.Length == 0) continue;
            long[] numbers = Array.ConvertAll(places, place => first + part.Rows.Span[place]);
            await recorder.WriteAsync(served, Entry(numbers, TensorRows.Pick(part.Inputs, places), TensorRows.Pick(part.Outputs, places), at) with { Latency = part.Elapsed }, cancellationToken).ConfigureAwait(false);
        }

        foreach (var failed in chunk.Failed)
            await recorder.WriteAsync(served, Entry([first + failed.Row], failed.Inputs, [], at) with { Error = failed.Error }, cancellationToken).ConfigureAwait(false);
    }

    private int[] Sample(ReadOnlySpan<int> rows, long first)
    {
        var places = new List<int>(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            if (share >= 1 || SampleHash.Of(_hash, first + rows[i]) < _limit) places.Add(i);
        }

        return [.. places];
    }

    private PredictionEntry Entry(long[] numbers, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, DateTimeOffset at) => new()
    {
        Id = id,
        RowNumbers = numbers,
        Model = served.Name,
        Version = served.Version.Version,
        Time = at,
        Inputs = inputs,
        Outputs = outputs,
        Caller = PredictionVariants.Batch,
        Variant = PredictionVariants.Batch,
        SchemaHash = served.SchemaHash,
    };
}
