using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Keeps the first row of each key.</summary>
/// <remarks>16 bytes of memory a distinct key, and what a set of them needs around it.</remarks>
internal sealed record DeduplicateStage(IReadOnlyList<string> Keys) : IPipelineStage<Dataset, Dataset>
{
    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var key in Keys) input.Schema.IndexOf(key); // before anything is read
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var kept = await store.WriteAsync(input.Name, new("deduplicate", input.Fingerprint), FirstRows(store, input, cancellationToken), null, cancellationToken).ConfigureAwait(false);
        context.LogMetric("rows", kept.RowCount);
        context.LogMetric("rows_dropped", input.RowCount - kept.RowCount);
        return kept with { FeatureService = input.FeatureService };
    }

    private async IAsyncEnumerable<RecordBatch> FirstRows(IDatasetStore store, Dataset input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<string> columns = Keys.Count > 0 ? Keys : [.. input.Schema.Select(c => c.Name)];
        var seen = new HashSet<UInt128>();
        await foreach (var batch in store.ReadAsync(input, null, cancellationToken).ConfigureAwait(false))
        {
            var keys = new RowKeys(batch, columns);
            var rows = new int[batch.Length];
            var count = 0;
            for (var row = 0; row < rows.Length; row++)
            {
                if (seen.Add(keys.Digest(row))) rows[count++] = row;
            }

            yield return Batches.Take(batch, rows.AsSpan(0, count));
        }
    }
}
