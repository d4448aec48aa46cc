using System.Runtime.InteropServices;
using Apache.Arrow;

namespace MlOps.DataValidation;

/// <summary>Puts rejected rows of record batches aside in the pass that validates them.</summary>
public static class BatchQuarantine
{
    // What is judged and copied at once stays in the processor's cache in between.
    private const int MostRows = 8192;

    /// <summary>Validates record batches and gives accepted and rejected rows to two receivers, in their order; of each batch up to 8,192 rows at a time.</summary>
    /// <remarks>
    /// A row is rejected when it fails an expectation of severity error about rows; warnings and expectations about columns or the table reject nothing. <see cref="Expectation.Mostly"/> makes no
    /// difference here: it says how many rejected rows the verdict bears. Rejected rows have two columns more: rejected_row, their number from 0, and rejected_because, the expectations that they
    /// fail. The memory does not grow with the rows, but for expectations that must remember, such as uniqueness.
    /// </remarks>
    /// <param name="suite">What is expected.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="accepted">Receives accepted rows; a batch is valid until it returns. The first batch comes always, even when it is empty.</param>
    /// <param name="rejected">Receives rejected rows; a batch is valid until it returns. The first batch comes always, even when it is empty.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <returns>What came of each expectation, for all rows.</returns>
    public static async Task<ValidationResult> QuarantineAsync(
        this ExpectationSuite suite,
        IAsyncEnumerable<RecordBatch> rows,
        Func<RecordBatch, ValueTask> accepted,
        Func<RecordBatch, ValueTask> rejected,
        ValidationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(accepted);
        ArgumentNullException.ThrowIfNull(rejected);
        using var measured = Instruments.Start(suite.Name);
        var validation = new BatchValidation(suite, options ?? new(), keepFailed: true);
        var taker = new RowTaker();
        var rejectedRows = new RejectedRows();
        var split = new Split();
        var first = true; // of all
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await validation.StartAsync(batch.Schema, cancellationToken).ConfigureAwait(false);
            var from = 0;
            do
            {
                var count = Math.Min(MostRows, batch.Length - from);
                split.Clear();
                validation.Judge(batch, from, count, split.Add, cancellationToken);
                if (split.Rejected.Count == 0) await accepted(count == batch.Length ? batch : batch.Slice(from, count)).ConfigureAwait(false);
                else if (first || split.Kept.Count > 0) await accepted(taker.Take(batch, CollectionsMarshal.AsSpan(split.Kept))).ConfigureAwait(false);
                if (first || split.Rejected.Count > 0) await rejected(rejectedRows.Of(taker, batch, CollectionsMarshal.AsSpan(split.Dropped), split.Rejected)).ConfigureAwait(false);
                taker.Reuse();
                first = false;
                from += MostRows;
            }
            while (from < batch.Length);
        }

        return measured.Ended(await validation.FinishAsync(cancellationToken).ConfigureAwait(false));
    }

    private sealed class Split
    {
        public List<RowRun> Kept { get; } = [];

        public List<RowRun> Dropped { get; } = [];

        public List<(long Row, string Reasons)> Rejected { get; } = [];

        public void Clear()
        {
            Kept.Clear();
            Dropped.Clear();
            Rejected.Clear();
        }

        public void Add(ValidationPass pass, int start)
        {
            RowRuns.Add(pass.Rejected, start, pass.Block.Length, wanted: false, Kept);
            if (pass.RejectedInBlock == 0) return;
            RowRuns.Add(pass.Rejected, start, pass.Block.Length, wanted: true, Dropped);
            foreach (var row in new RowsOf(pass.Rejected)) Rejected.Add((pass.Block.FirstRow + row, pass.ReasonsOf(row)));
        }
    }
}
