using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Npgsql;

namespace MlOps.Postgres;

/// <summary>Some rows of the prediction log, and where they end.</summary>
internal sealed record PredictionPage(RecordBatch Rows, long LastBatch, int LastRow)
{
    public const string Infinite = "Infinity";
    public const string MinusInfinite = "-Infinity";

    private const string Select = """
        SELECT batch, row, id, version, time, latency, caller, error, variant, trace, subject, schema, row_values::text
        FROM predictions
        WHERE batch = ANY($1) AND (batch, row) > ($2, $3) AND time BETWEEN $4 AND $5
        ORDER BY batch, row
        LIMIT $6
        """;

    private const int FirstOwn = 2;
    private const int Values = 12;

    public static async Task<PredictionPage> ReadAsync(
        NpgsqlConnection connection, long[] batches, long afterBatch, int afterRow, long first, long end, DatasetSchema wanted, int limit, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Select, connection);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = batches });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterBatch });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = afterRow });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var columns = wanted.Select(c => new PageColumn(c.Type)).ToArray();
        var own = PredictionColumns.Own.Select((c, i) => (Place: wanted.Contains(c.Name) ? wanted.IndexOf(c.Name) : -1, Field: FirstOwn + i, c.Type)).Where(o => o.Place >= 0).ToArray();
        var others = wanted.Where(c => !PredictionColumns.IsOwn(c.Name)).ToDictionary(c => c.Name, c => columns[wanted.IndexOf(c.Name)], StringComparer.Ordinal);
        var (count, lastBatch, lastRow) = (0, 0L, 0);
        for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); count++)
        {
            (lastBatch, lastRow) = (reader.GetInt64(0), reader.GetInt32(1));
            foreach (var (place, field, type) in own)
            {
                if (reader.IsDBNull(field)) columns[place].AddMissing();
                else if (type == ColumnType.String) columns[place].Add(reader.GetString(field));
                else if (type == ColumnType.Float64) columns[place].Add(reader.GetDouble(field));
                else columns[place].Add(reader.GetInt64(field));
            }

            if (others.Count == 0) continue;
            ReadValues(Encoding.UTF8.GetBytes(reader.GetString(Values)), others);
            foreach (var other in others.Values) other.Fill(count + 1);
        }

        return new(new(wanted.ToArrow(), columns.Select(c => c.Build()), count), lastBatch, lastRow);
    }

    /// <summary>Reads true values: identifier, value and moment.</summary>
    public static async Task<RecordBatch> ReadTruthsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var schema = new DatasetSchema([new(PredictionColumns.Id, ColumnType.String), new(PredictionColumns.Truth, ColumnType.Float64), new(PredictionColumns.TruthTime, ColumnType.Timestamp)]);
        var columns = schema.Select(c => new PageColumn(c.Type)).ToArray();
        var count = 0;
        for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); count++)
        {
            columns[0].Add(reader.GetString(0));
            columns[1].Add(reader.GetDouble(1));
            columns[2].Add(reader.GetInt64(2));
        }

        return new(schema.ToArrow(), columns.Select(c => c.Build()), count);
    }

    private static void ReadValues(ReadOnlySpan<byte> utf8, Dictionary<string, PageColumn> columns)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = columns.GetValueOrDefault(reader.GetString()!);
            reader.Read();
            column?.Add(ref reader);
        }
    }

    /// <summary>Collects one column of a page.</summary>
    private sealed class PageColumn(ColumnType type)
    {
        private readonly IArrowArrayBuilder _builder = type switch
        {
            ColumnType.Boolean => new BooleanArray.Builder(),
            ColumnType.Int64 => new Int64Array.Builder(),
            ColumnType.Float64 => new DoubleArray.Builder(),
            ColumnType.Timestamp => new Int64Array.Builder(),
            _ => new StringArray.Builder(),
        };

        private int _count;

        public void Add(string text) => Added(((StringArray.Builder)_builder).Append(text));

        // A fraction that is no number is missing, as everywhere in the log.
        public void Add(double value) => Added(double.IsNaN(value) ? ((DoubleArray.Builder)_builder).AppendNull() : ((DoubleArray.Builder)_builder).Append(value));

        public void Add(long value) => Added(((Int64Array.Builder)_builder).Append(value));

        public void Add(ref Utf8JsonReader reader)
        {
            switch (type)
            {
                case ColumnType.Boolean: Added(((BooleanArray.Builder)_builder).Append(reader.GetBoolean())); break;
                case ColumnType.Int64: Add(reader.GetInt64()); break;
                case ColumnType.Float64: Add(reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : reader.ValueTextEquals(Infinite) ? double.PositiveInfinity : double.NegativeInfinity); break;
                default: Add(reader.GetString()!); break;
            }
        }

        public void AddMissing() => Added(_builder switch
        {
            BooleanArray.Builder flags => flags.AppendNull(),
            Int64Array.Builder integers => integers.AppendNull(),
            DoubleArray.Builder numbers => numbers.AppendNull(),
            _ => (object)((StringArray.Builder)_builder).AppendNull(),
        });

        /// <summary>Adds what the row has left out.</summary>
        public void Fill(int count)
        {
            if (_count < count) AddMissing();
        }

        public IArrowArray Build() => _builder switch
        {
            BooleanArray.Builder flags => flags.Build(ArrowMemory.Managed),
            DoubleArray.Builder numbers => numbers.Build(ArrowMemory.Managed),
            StringArray.Builder texts => texts.Build(ArrowMemory.Managed),
            Int64Array.Builder integers when type == ColumnType.Timestamp => Moments(integers.Build(ArrowMemory.Managed)),
            _ => ((Int64Array.Builder)_builder).Build(ArrowMemory.Managed),
        };

        private static TimestampArray Moments(Int64Array micros) => new((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp), micros.ValueBuffer, micros.NullBitmapBuffer, micros.Length, micros.NullCount, 0);

        private void Added(object _) => _count++;
    }
}
