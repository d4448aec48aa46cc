using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps rows that come only once: in memory as long as they are few, else in a temporary file.</summary>
internal sealed class RowSpool : IReplayableRows, IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly List<RecordBatch> _batches = [];
    private BatchFile? _file;

    private RowSpool(DatasetSchema schema, string? temporaryFolder)
    {
        Schema = schema;
        _folder = new(temporaryFolder);
    }

    public DatasetSchema Schema { get; }

    public long RowCount { get; private set; }

    /// <summary>Takes all rows.</summary>
    /// <param name="rows">The rows; at least one batch.</param>
    /// <param name="options">How much memory they may take (a quarter of the budget of a join), and where the file lies.</param>
    /// <param name="cancellationToken">Stops the taking.</param>
    /// <returns>The rows; the caller disposes of them.</returns>
    /// <exception cref="DataException">There is no batch, the batches have several schemas, or a type that a dataset does not hold.</exception>
    public static async Task<RowSpool> FillAsync(IAsyncEnumerable<RecordBatch> rows, LocalJoinOptions options, CancellationToken cancellationToken)
    {
        RowSpool? spool = null;
        try
        {
            var bytes = 0L;
            await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                var schema = DatasetSchema.FromArrow(batch.Schema);
                spool ??= new(schema, options.TemporaryFolder);
                if (!spool.Schema.Equals(schema)) throw new DataException($"After {spool.RowCount} entity rows the columns changed from ({spool.Schema}) to ({schema}). All batches must have one schema.");
                spool.RowCount += batch.Length;
                bytes += batch.Arrays.Sum(a => a.Data.Buffers.Sum(b => (long)b.Length));
                spool.Add(batch.Clone(ArrowMemory.Managed), isLarge: bytes > options.MemoryBudget / 4);
            }

            spool?._file?.Complete();
            return spool ?? throw new DataException("The entity rows have no batch, so their columns are unknown. Yield an empty batch.");
        }
        catch
        {
            spool?.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int[]? wanted = columns is null ? null : [.. columns.Select(Schema.IndexOf)];
        var schema = columns is null ? Schema.ToArrow() : new DatasetSchema(columns.Select(c => Schema[c])).ToArrow();
        if (_file is not null && RowCount > 0)
        {
            await foreach (var batch in _file.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return Select(batch);
            yield break;
        }

        foreach (var batch in _batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Select(batch);
        }

        RecordBatch Select(RecordBatch batch) => wanted is null ? batch : new(schema, wanted.Select(batch.Column), batch.Length);
    }

    public IAsyncEnumerator<RecordBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default) => ReadAsync(null, cancellationToken).GetAsyncEnumerator(cancellationToken);

    public void Dispose()
    {
        _file?.Dispose();
        _folder.Dispose();
    }

    private void Add(RecordBatch batch, bool isLarge)
    {
        _batches.Add(batch);
        if (!isLarge || RowCount == 0) return;
        _file ??= new(Schema.ToArrow(), _folder);
        foreach (var kept in _batches) _file.Add(kept);
        _batches.Clear();
    }
}
