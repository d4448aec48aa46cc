using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;
using Npgsql;
using NpgsqlTypes;

namespace MlOps.Postgres;

/// <summary>Sends the rows of a batch as the server's binary COPY.</summary>
internal static class PredictionCopy
{
    private const string Copy = "COPY predictions (batch, row, id, version, time, latency, caller, error, variant, trace, subject, schema, row_values) FROM STDIN (FORMAT BINARY)";
    private static readonly string[] Texts = [PredictionColumns.Caller, PredictionColumns.Error, PredictionColumns.Variant, PredictionColumns.Trace, PredictionColumns.Subject, PredictionColumns.Schema];
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static async Task WriteAsync(NpgsqlConnection connection, long number, PredictionBatch batch, CancellationToken cancellationToken)
    {
        var rows = batch.Rows;
        var ids = (StringArray)rows.Column(PredictionColumns.Id);
        var versions = (Int64Array)rows.Column(PredictionColumns.Version);
        var times = (TimestampArray)rows.Column(PredictionColumns.Time);
        var latencies = (DoubleArray)rows.Column(PredictionColumns.Latency);
        var texts = System.Array.ConvertAll(Texts, name => (StringArray)rows.Column(name));
        var values = batch.Schema.Where(c => !PredictionColumns.IsOwn(c.Name)).Select(c => (Name: JsonEncodedText.Encode(Storable(c.Name), JavaScriptEncoder.UnsafeRelaxedJsonEscaping), Values: rows.Column(c.Name))).ToArray();
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Json);
        var importer = await connection.BeginBinaryImportAsync(Copy, cancellationToken).ConfigureAwait(false);
        await using var _ = importer.ConfigureAwait(false);
        for (var row = 0; row < rows.Length; row++)
        {
            await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(row, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(Storable(ids.GetString(row)), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(versions.GetValue(row) ?? 0, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(times.Values[row], NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
            if (latencies.GetValue(row) is { } latency) await importer.WriteAsync(latency, NpgsqlDbType.Double, cancellationToken).ConfigureAwait(false);
            else await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            foreach (var column in texts)
            {
                if (column.GetString(row) is { } text) await importer.WriteAsync(Storable(text), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                else await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            }

            buffer.ResetWrittenCount();
            json.Reset(buffer);
            WriteValues(json, values, row);
            await importer.WriteAsync(Encoding.UTF8.GetString(buffer.WrittenSpan), NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
        }

        await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    // What is missing is left out. JSON has no infinities, so these are texts.
    private static void WriteValues(Utf8JsonWriter json, (JsonEncodedText Name, IArrowArray Values)[] columns, int row)
    {
        json.WriteStartObject();
        foreach (var (name, values) in columns)
        {
            if (values.IsNull(row)) continue;
            json.WritePropertyName(name);
            switch (values)
            {
                case DoubleArray numbers when double.IsFinite(numbers.Values[row]): json.WriteNumberValue(numbers.Values[row]); break;
                case DoubleArray numbers: json.WriteStringValue(double.IsPositive(numbers.Values[row]) ? PredictionPage.Infinite : PredictionPage.MinusInfinite); break;
                case Int64Array integers: json.WriteNumberValue(integers.Values[row]); break;
                case BooleanArray flags: json.WriteBooleanValue(flags.GetValue(row)!.Value); break;
                case StringArray texts: json.WriteStringValue(Storable(texts.GetString(row))); break;
                default: throw new DataException($"Arrow type {values.Data.DataType.Name} is not one that the prediction log holds.");
            }
        }

        json.WriteEndObject();
        json.Flush();
    }

    // The server's texts hold no NUL. One such text must not keep the others of its batch from being stored.
    private static string Storable(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;
}
