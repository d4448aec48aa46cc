using System.Buffers.Binary;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>Predictions with twenty features and one score, made from a seed: all of them 32-bit fractions, as models take them, ten measurements without a round digit, five amounts in cents and five counts.</summary>
internal static class LoggedEvents
{
    public const string Model = "benchmark";
    public const int Features = 20;
    private const int Kinds = 16_384; // of values; identifiers and times are each event's own
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PredictionEntry[] Templates = Make();

    /// <summary>Makes the event of a number, one a millisecond.</summary>
    public static PredictionEntry Of(int number) => Templates[number % Kinds] with { Id = IdOf(number), Time = TimeOf(number), Latency = TimeSpan.FromTicks(50 + (number * 7919L % 400)) };

    public static DateTimeOffset TimeOf(int number) => Start.AddMilliseconds(number);

    /// <summary>Makes an identifier as serving does: its moment, and 74 bits by chance.</summary>
    public static string IdOf(int number)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, TimeOf(number).ToUnixTimeMilliseconds() << 16);
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], Mix((ulong)number));
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | (Mix((ulong)number + (1UL << 40)) & 0xFFF)));
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return Convert.ToHexStringLower(id);
    }

    /// <summary>Makes the same rows as record batches, with the columns that the log has.</summary>
    public static async IAsyncEnumerable<RecordBatch> BatchesAsync(DatasetSchema schema, int first, int count)
    {
        await Task.CompletedTask;
        var arrow = schema.ToArrow();
        for (var start = first; start < first + count; start += 8_192)
        {
            var length = Math.Min(8_192, first + count - start);
            yield return new(arrow, schema.Select(c => ColumnOf(c.Name, start, length)), length);
        }
    }

    private static IArrowArray ColumnOf(string name, int start, int length)
    {
        var rows = Enumerable.Range(start, length);
        if (name == PredictionColumns.Id) return new StringArray.Builder().AppendRange(rows.Select(IdOf)).Build();
        if (name == PredictionColumns.Time) return new TimestampArray.Builder((Apache.Arrow.Types.TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp)).AppendRange(rows.Select(TimeOf)).Build();
        if (name == PredictionColumns.Version) return new Int64Array.Builder().AppendRange(rows.Select(_ => 1L)).Build();
        if (name == PredictionColumns.Latency) return new DoubleArray.Builder().AppendRange(rows.Select(r => (50 + (r * 7919L % 400)) / 1e7)).Build();
        if (name == PredictionColumns.Caller) return new StringArray.Builder().AppendRange(rows.Select(_ => "http")).Build();
        if (name == PredictionColumns.Variant) return new StringArray.Builder().AppendRange(rows.Select(_ => "champion")).Build();
        if (name == PredictionColumns.Schema) return new StringArray.Builder().AppendRange(rows.Select(_ => Templates[0].SchemaHash!)).Build();
        if (name.StartsWith("prediction.", StringComparison.Ordinal)) return new StringArray.Builder().AppendRange(rows.Select(_ => (string?)null)).Build();
        var tensor = name.StartsWith(PredictionColumns.OutputPrefix, StringComparison.Ordinal) ? 0 : int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture);
        return new DoubleArray.Builder().AppendRange(rows.Select(r => (double)((Tensor<float>)(name[0] == 'o' ? Templates[r % Kinds].Outputs : Templates[r % Kinds].Inputs)[tensor]).Values[0])).Build();
    }

    private static PredictionEntry[] Make()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Kinds).Select(_ => new PredictionEntry
        {
            Id = string.Empty,
            Model = Model,
            Version = 1,
            Time = Start,
            Inputs = [.. Enumerable.Range(0, Features).Select(f => Tensor.Of($"f{f}", [Value(random, f)]))],
            Outputs = [Tensor.Of("Score", [(float)random.NextDouble()])],
            Caller = "http",
            Variant = "champion",
            SchemaHash = "0123456789abcdef",
        })];
    }

    private static float Value(Random random, int feature)
    {
        var u = 1 - random.NextDouble();
        return (feature % 4) switch
        {
            0 or 1 => (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * random.NextDouble())),
            2 => (float)Math.Round(-50 * Math.Log(u), 2),
            _ => (float)Math.Floor(-5 * Math.Log(u)),
        };
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58_476d_1ce4_e5b9UL;
        value = (value ^ (value >> 27)) * 0x94d0_49bb_1331_11ebUL;
        return value ^ (value >> 31);
    }
}
