using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Records of the host.</summary>
/// <remarks>The rows stand in a private field on purpose: they are data, and no parameter to be recorded.</remarks>
internal sealed record RowsSource<T> : IDataSource
{
    private readonly IAsyncEnumerable<T> _rows;
    private readonly RowReader<T> _reader = RowReader<T>.Instance;

    public RowsSource(IAsyncEnumerable<T> rows) => _rows = rows;

    public DatasetOrigin Origin { get; } = new("rows", typeof(T).Name);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new BatchBuilder(_reader.Schema, Origin.Location);
        var columns = _reader.Bind(batch.Columns);
        await foreach (var row in _rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row is null) throw batch.Error(null, new DataException("The record is null. Leave it out."));
            for (var i = 0; i < columns.Length; i++)
            {
                try
                {
                    columns[i](row);
                }
                catch (DataException e) when (e.Row is null)
                {
                    throw batch.Error(i, e);
                }
            }

            if (batch.EndRow()) yield return batch.Take();
        }

        if (batch.HasMore) yield return batch.Take();
    }
}
