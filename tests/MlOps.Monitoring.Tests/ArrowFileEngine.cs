using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>An engine that keeps rows as Arrow streams, and a disk that can be broken.</summary>
internal sealed class ArrowFileEngine : IColumnarEngine
{
    private int _written;

    /// <summary>Whether writing fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Held by a test that wants writing to take its time.</summary>
    public SemaphoreSlim? Hold { get; set; }

    public int Written => _written;

    public async IAsyncEnumerable<RecordBatch> ReadAsync(DataFile file, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stream = File.OpenRead(file.Path);
        using var reader = new ArrowStreamReader(stream);
        while (await reader.ReadNextRecordBatchAsync(cancellationToken) is { } batch)
        {
            if (columns is null) yield return batch;
            else
            {
                var schema = new DatasetSchema(columns.Select(n => DatasetSchema.FromArrow(batch.Schema)[n]));
                yield return new RecordBatch(schema.ToArrow(), columns.Select(n => batch.Column(n)), batch.Length);
            }
        }
    }

    public IAsyncEnumerable<RecordBatch> QueryAsync(
        string sql, IReadOnlyDictionary<string, string> tables, IReadOnlyDictionary<string, object?>? parameters = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public async Task<long> WriteParquetAsync(string path, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default)
    {
        if (Hold is not null) await Hold.WaitAsync(cancellationToken);
        if (IsBroken) throw new DataException($"'{path}' cannot be written: no space left on device.") { DataSource = path };
        long count = 0;
        using var stream = File.Create(path);
        using var writer = new ArrowStreamWriter(stream, schema.ToArrow());
        await writer.WriteStartAsync(cancellationToken);
        await foreach (var batch in rows.WithCancellation(cancellationToken))
        {
            DatasetSchema.FromArrow(batch.Schema).Should().Equal(schema);
            await writer.WriteRecordBatchAsync(batch, cancellationToken);
            count += batch.Length;
        }

        await writer.WriteEndAsync(cancellationToken);
        Interlocked.Increment(ref _written);
        return count;
    }
}
