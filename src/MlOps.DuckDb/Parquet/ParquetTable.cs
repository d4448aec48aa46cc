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
        var partial = path + ".partial";
        try
        {
            long count;
            var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 256 * 1024, FileOptions.SequentialScan);
            await using (stream.ConfigureAwait(false))
            {
                count = await WriteAsync(stream, schema, rows, cancellationToken).ConfigureAwait(false);
            }

            File.Move(partial, path, overwrite: true);
            return count;
        }
        catch (IOException e)
        {
            Remove(partial);
            throw new DataException($"File '{path}' cannot be written: {e.Message} Free space on the disk, or check the folder, and run again.", e) { DataSource = path };
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataException($"File '{path}' may not be written: {e.Message} Give the process the right to write there.", e) { DataSource = path };
        }
        catch
        {
            Remove(partial);
            throw;
        }
    }

    private static async Task<long> WriteAsync(Stream stream, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken)
    {
        var capacity = Math.Clamp(MostValues / schema.Count, 1_024, MostRows);
        var columns = schema.Select(c => ParquetColumn.Create(c, capacity)).ToArray();
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Snappy };
        foreach (var column in schema.Where(c => c.Type == ColumnType.String)) options.ColumnEncodingHints[column.Name] = EncodingHint.Dictionary;
        var expected = schema.ToArrow();
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(c => c.Field)), stream, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
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
                    await WriteGroupAsync(writer, columns, cancellationToken).ConfigureAwait(false);
                    (pending, bytes) = (0, 0);
                }
            }

            if (pending > 0) await WriteGroupAsync(writer, columns, cancellationToken).ConfigureAwait(false);
            return total;
        }
    }

    private static async Task WriteGroupAsync(ParquetWriter writer, ParquetColumn[] columns, CancellationToken cancellationToken)
    {
        using var group = writer.CreateRowGroup();
        foreach (var column in columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await column.WriteAsync(group, cancellationToken).ConfigureAwait(false);
        }

        group.CompleteValidate();
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
