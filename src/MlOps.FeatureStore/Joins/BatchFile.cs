using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Batches of one schema in a temporary file, written once and then read as often as wanted. Small batches are gathered into larger ones. Not thread-safe.</summary>
internal sealed class BatchFile(Schema schema, TemporaryFolder folder) : IDisposable
{
    private const int RowsOfBatch = 4096;

    private readonly List<RecordBatch> _waiting = [];
    private int _waitingRows;
    private string? _path;
    private FileStream? _file;
    private ArrowStreamWriter? _writer;

    /// <summary>Gets the schema.</summary>
    public Schema Schema => schema;

    /// <summary>Gets the number of rows.</summary>
    public long RowCount { get; private set; }

    /// <summary>Adds rows.</summary>
    /// <param name="batch">The rows; the batch must not be changed afterwards.</param>
    public void Add(RecordBatch batch)
    {
        if (batch.Length == 0) return;
        RowCount += batch.Length;
        _waiting.Add(batch);
        _waitingRows += batch.Length;
        if (_waitingRows >= RowsOfBatch) Flush();
    }

    /// <summary>Reads all rows in their order. Nothing is added afterwards; it may be read by several at once when it has been read before or <see cref="Complete"/> was called.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches; none when there are no rows. A batch is valid until the next one is asked for.</returns>
    public async IAsyncEnumerable<RecordBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Complete();
        if (_path is null) yield break;
        var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, useAsync: false);
        await using (file.ConfigureAwait(false))
        {
            using var reader = new ArrowStreamReader(file, ArrowMemory.Managed, leaveOpen: true);
            while (await reader.ReadNextRecordBatchAsync(cancellationToken).ConfigureAwait(false) is { } batch)
            {
                using (batch) yield return batch;
            }
        }
    }

    /// <summary>Ends the writing.</summary>
    public void Complete()
    {
        Flush();
        if (_writer is null) return;
        _writer.WriteEnd();
        Close();
    }

    public void Dispose()
    {
        Close();
        _waiting.Clear();
    }

    private void Close()
    {
        _writer?.Dispose();
        _file?.Dispose();
        (_writer, _file) = (null, null);
    }

    private void Flush()
    {
        if (_waitingRows == 0) return;
        if (_writer is null)
        {
            _file = folder.Create();
            _path = _file.Name;
            _writer = new(_file, schema, leaveOpen: true);
        }

        _writer.WriteRecordBatch(Join(_waiting));
        _waiting.Clear();
        _waitingRows = 0;
    }

    private RecordBatch Join(List<RecordBatch> batches) => batches.Count == 1
        ? batches[0]
        : new(schema, Enumerable.Range(0, schema.FieldsList.Count).Select(c => ArrowArrayConcatenator.Concatenate([.. batches.Select(b => b.Column(c))], ArrowMemory.Managed)), batches.Sum(b => b.Length));
}
