using Apache.Arrow;
using MlOps.Core;
using Parquet;
using Parquet.Schema;

namespace MlOps.DuckDb;

/// <summary>Writes rows as a Parquet file. Row groups are cut by rows and bytes alone, so the sizes of the batches leave no trace.</summary>
internal static class ParquetTable
{
    private const int MostRows = 122_880;
    private const int MostValues = 16_000_000;
    private const long MostBytes = 64 * 1024 * 1024;

    public static async Task<long> WriteAsync(string path, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken)
    {
        if (schema.Count == 0) throw new DataException("The data has no columns. Keep at least one.") { DataSource = path };
        FileStream stream;
        try
        {
            stream = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 256 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"File '{path}' cannot be created: {e.Message} Give a path of a new file in a folder that the process may write to.", e) { DataSource = path };
        }

        try
        {
            return await WriteAsync(path, stream, schema, rows, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>Writes the file to a stream, which it closes.</summary>
    internal static async Task<long> WriteAsync(string path, Stream stream, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken)
    {
        try
        {
            var capacity = Math.Clamp(MostValues / schema.Count, 1_024, MostRows);
            var columns = schema.Select(c => ParquetColumn.Create(c, capacity)).ToArray();
            var options = new ParquetOptions { CompressionMethod = CompressionMethod.Snappy };
            foreach (var column in schema.Where(c => c.Type == ColumnType.String)) options.ColumnEncodingHints[column.Name] = EncodingHint.Dictionary;
            var file = new ParquetSchema(columns.Select(c => c.Field));
            var writer = await OnDiskAsync(path, () => ParquetWriter.CreateAsync(file, stream, options, cancellationToken: cancellationToken)).ConfigureAwait(false);
            var (total, pending, bytes) = (0L, 0, 0L);
            await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                CheckTypes(batch, schema);
                for (var start = 0; start < batch.Length;)
                {
                    var take = Fit(columns, batch, start, Math.Min(capacity - pending, batch.Length - start), MostBytes - bytes, out var taken);
                    for (var i = 0; i < columns.Length; i++) columns[i].Append(batch.Column(i), start, take, total);
                    start += take;
                    pending += take;
                    bytes += taken;
                    total += take;
                    if (pending < capacity && bytes < MostBytes) continue;
                    await OnDiskAsync(path, () => WriteGroupAsync(writer, columns, cancellationToken)).ConfigureAwait(false);
                    (pending, bytes) = (0, 0);
                }
            }

            if (pending > 0) await OnDiskAsync(path, () => WriteGroupAsync(writer, columns, cancellationToken)).ConfigureAwait(false);
            await OnDiskAsync(path, () => CloseAsync(writer, stream)).ConfigureAwait(false);
            return total;
        }
        catch
        {
            await AbandonAsync(stream).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> CloseAsync(ParquetWriter writer, Stream stream)
    {
        await writer.DisposeAsync().ConfigureAwait(false); // writes the footer
        await stream.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Writes. What fails here is the disk; what the source of the rows throws is not touched.</summary>
    private static async Task<T> OnDiskAsync<T>(string path, Func<Task<T>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw new DataException($"File '{path}' cannot be written: {e.Message} Free space on the disk and run again.", e) { DataSource = path };
        }
    }

    private static async Task AbandonAsync(Stream stream)
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            // What is still in the buffer does not matter any more.
        }
    }

    // The second is what .NET makes of a file that may not grow (EFBIG), by a limit of the process or of the file system.
    private static bool IsOfDisk(Exception e) => e is IOException or ArgumentOutOfRangeException;

    private static async Task<bool> WriteGroupAsync(ParquetWriter writer, ParquetColumn[] columns, CancellationToken cancellationToken)
    {
        using var group = writer.CreateRowGroup();
        foreach (var column in columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await column.WriteAsync(group, cancellationToken).ConfigureAwait(false);
        }

        group.CompleteValidate();
        return true;
    }

    /// <summary>Says how many rows go into the group: the last one is the one with which the text reaches its limit.</summary>
    private static int Fit(ParquetColumn[] columns, RecordBatch batch, int start, int rows, long room, out long taken)
    {
        long Bytes(int count)
        {
            var sum = 0L;
            for (var i = 0; i < columns.Length; i++) sum += ParquetColumn.ByteCount(batch.Column(i), start, count);
            return sum;
        }

        taken = Bytes(rows);
        if (taken < room) return rows;
        var (low, high) = (1, rows);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (Bytes(middle) >= room) high = middle;
            else low = middle + 1;
        }

        taken = Bytes(low);
        return low;
    }

    private static void CheckTypes(RecordBatch batch, DatasetSchema schema)
    {
        var actual = DatasetSchema.FromArrow(batch.Schema);
        if (!actual.Equals(schema)) throw new DataException($"A batch has other columns than the file: it has {actual}, expected was {schema}.");
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that made the file useless says more than this one.
        }
    }
}
