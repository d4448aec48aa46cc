using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>Keeps datasets in memory, for tests of stages. Thread-safe.</summary>
/// <remarks>
/// The fingerprint is a SHA-256 over columns and values: equal for equal rows whatever their batches, but not equal to the one of a real store.
/// Types are not widened: rows must have the types of <see cref="ColumnType"/>. There is no file behind <see cref="Dataset.Artifact"/>.
/// </remarks>
public sealed class InMemoryDatasetStore : IDatasetStore
{
    private readonly ConcurrentDictionary<string, RecordBatch[]> _rows = new(StringComparer.Ordinal);
    private readonly int _batchSize;
    private readonly TimeProvider _time;

    /// <summary>Creates the store.</summary>
    /// <param name="batchSize">The most rows of a batch that is read, so that a test can show that the size does not matter.</param>
    /// <param name="time">The clock, or null for the system's.</param>
    public InMemoryDatasetStore(int batchSize = 1024, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _batchSize = batchSize;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public async Task<Dataset> WriteAsync(
        string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(rows);
        var kept = new List<RecordBatch>();
        DatasetSchema? schema = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long count = 0, bytes = 0;
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var columns = DatasetSchema.FromArrow(batch.Schema);
            if (schema is null) hash.AppendData(Encoding.UTF8.GetBytes(columns.ToString()));
            else if (!schema.Equals(columns)) throw new DataException($"A batch of '{name}' has other columns than the first: {columns}.") { DataSource = name };
            schema = columns;
            for (var row = 0; row < batch.Length; row++)
            {
                for (var column = 0; column < batch.ColumnCount; column++) bytes += Append(hash, batch.Column(column), row);
            }

            if (bytes > maxBytes) throw new DataTooLargeException($"'{name}' is larger than the limit of {maxBytes} bytes. Raise the limit or take fewer rows.") { DataSource = name };
            count += batch.Length;
            kept.Add(batch.Clone(ArrowMemory.Managed));
        }

        if (schema is null) throw new DataException($"'{name}' has no batch, so its columns are unknown. Yield an empty batch.") { DataSource = name };
        var fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset());
        _rows[fingerprint] = [.. kept];
        return new(name, fingerprint, schema, count, new(fingerprint, bytes), origin, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        Dataset dataset, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.IsLocked) throw new HoldoutLockedException(dataset.Name);
        if (!_rows.TryGetValue(dataset.Fingerprint, out var batches)) throw new NotFoundException("dataset", dataset.Name);
        int[] wanted = columns is null ? [.. Enumerable.Range(0, dataset.Schema.Count)] : [.. columns.Select(dataset.Schema.IndexOf)];
        var schema = new DatasetSchema(wanted.Select(i => dataset.Schema[i])).ToArrow();
        await Task.CompletedTask.ConfigureAwait(false);
        var empty = true;
        foreach (var batch in batches)
        {
            for (var start = 0; start < batch.Length; start += _batchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = Math.Min(_batchSize, batch.Length - start);
                empty = false;
                yield return new(schema, wanted.Select(i => ArrowArrayFactory.Slice(batch.Column(i), start, length)), length);
            }
        }

        if (empty) yield return new(schema, wanted.Select(i => ArrowArrayFactory.Slice(batches[0].Column(i), 0, 0)), 0);
    }

    private static int Append(IncrementalHash hash, IArrowArray column, int row)
    {
        if (column.IsNull(row))
        {
            hash.AppendData([0]);
            return 1;
        }

        Span<byte> number = stackalloc byte[8];
        switch (column)
        {
            case BooleanArray values:
                BinaryPrimitives.WriteInt64LittleEndian(number, values.GetValue(row)!.Value ? 1 : 0);
                break;
            case Int64Array values:
                BinaryPrimitives.WriteInt64LittleEndian(number, values.Values[row]);
                break;
            case DoubleArray values:
                BinaryPrimitives.WriteDoubleLittleEndian(number, values.Values[row]);
                break;
            case Date32Array values:
                BinaryPrimitives.WriteInt64LittleEndian(number, values.Values[row]);
                break;
            case TimestampArray values:
                BinaryPrimitives.WriteInt64LittleEndian(number, values.Values[row]);
                break;
            case Decimal128Array values:
                return Append(hash, values.ValueBuffer.Span.Slice((values.Offset + row) * 16, 16));
            default:
                return Append(hash, ((BinaryArray)column).GetBytes(row));
        }

        return Append(hash, number);
    }

    private static int Append(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[5];
        length[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(length[1..], value.Length);
        hash.AppendData(length);
        hash.AppendData(value);
        return value.Length;
    }
}
