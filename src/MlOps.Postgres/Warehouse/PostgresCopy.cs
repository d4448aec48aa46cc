using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Npgsql;
using NpgsqlTypes;

namespace MlOps.Postgres;

/// <summary>Sends Arrow batches as the server's binary COPY.</summary>
internal static class PostgresCopy
{
    // Times and days go as the server keeps them, counted from 2000: the driver would take the first and the last day of the calendar for infinities.
    private const long MicrosTo2000 = 946_684_800_000_000;
    private const int DaysTo2000 = 10_957;

    internal static async Task<long> WriteAsync(NpgsqlConnection connection, string copy, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken)
    {
        var importer = await connection.BeginBinaryImportAsync(copy, cancellationToken).ConfigureAwait(false);
        await using var _ = importer.ConfigureAwait(false);
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Check(schema, batch);
            for (var row = 0; row < batch.Length; row++)
            {
                await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < schema.Count; i++) await WriteAsync(importer, batch.Column(i), row, cancellationToken).ConfigureAwait(false);
            }
        }

        return (long)await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Check(DatasetSchema schema, RecordBatch batch)
    {
        if (batch.ColumnCount != schema.Count) throw new DataException($"A batch has {batch.ColumnCount} columns, and the table {schema.Count}.");
        var given = DatasetSchema.FromArrow(batch.Schema);
        for (var i = 0; i < schema.Count; i++)
        {
            if (given[i].Type != schema[i].Type)
                throw new DataException($"Column '{given[i].Name}' of a batch is of type {given[i].Type}, and the table wants {schema[i].Type}.") { Column = given[i].Name };
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter importer, IArrowArray array, int row, CancellationToken cancellationToken) => array.IsNull(row)
        ? importer.WriteNullAsync(cancellationToken)
        : array switch
        {
            Int64Array integers => importer.WriteAsync(integers.Values[row], NpgsqlDbType.Bigint, cancellationToken),
            DoubleArray numbers => importer.WriteAsync(numbers.Values[row], NpgsqlDbType.Double, cancellationToken),
            TimestampArray times => importer.WriteAsync(times.Values[row] - MicrosTo2000, NpgsqlDbType.TimestampTz, cancellationToken),
            BooleanArray flags => importer.WriteAsync(flags.GetValue(row)!.Value, NpgsqlDbType.Boolean, cancellationToken),
            Date32Array days => importer.WriteAsync(days.Values[row] - DaysTo2000, NpgsqlDbType.Date, cancellationToken),
            Decimal128Array decimals => importer.WriteAsync(decimals.GetValue(row)!.Value, NpgsqlDbType.Numeric, cancellationToken),
            StringArray texts => importer.WriteAsync(Encoding.UTF8.GetString(texts.GetBytes(row)), NpgsqlDbType.Text, cancellationToken),
            BinaryArray bytes => importer.WriteAsync(bytes.GetBytes(row).ToArray(), NpgsqlDbType.Bytea, cancellationToken),
            _ => throw new DataException($"Arrow type {array.Data.DataType.Name} is not one that a dataset holds."),
        };
}
