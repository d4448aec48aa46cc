using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Keeps the rows for which a predicate over a record of the host's own holds. The code of the predicate is a parameter like any other.</summary>
internal sealed record WhereStage<T>(Func<T, bool> Keep) : IPipelineStage<Dataset, Dataset>
{
    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var kept = await store.WriteAsync(input.Name, new("where", input.Fingerprint), RowsAsync(store, input, cancellationToken), null, cancellationToken).ConfigureAwait(false);
        context.LogMetric("rows", kept.RowCount);
        context.LogMetric("rows_dropped", input.RowCount - kept.RowCount);
        return kept with { FeatureService = input.FeatureService };
    }

    /// <summary>Reads the dataset twice side by side: as records, which have the members' columns only, and as batches.</summary>
    private async IAsyncEnumerable<RecordBatch> RowsAsync(IDatasetStore store, Dataset input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = store.ReadRowsAsync<T>(input, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var closing = records.ConfigureAwait(false);
        await foreach (var batch in store.ReadAsync(input, null, cancellationToken).ConfigureAwait(false))
        {
            var rows = new int[batch.Length];
            var count = 0;
            for (var row = 0; row < rows.Length && await records.MoveNextAsync().ConfigureAwait(false); row++)
            {
                if (Keep(records.Current)) rows[count++] = row;
            }

            yield return Batches.Take(batch, rows.AsSpan(0, count));
        }
    }
}
