using System.Runtime.InteropServices;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.DuckDb.Tests;

/// <summary>Rows of every column type, among them the ugly ones.</summary>
internal static class Rows
{
    public static DatasetSchema Schema { get; } = new(
    [
        new("flag", ColumnType.Boolean),
        new("n", ColumnType.Int64),
        new("x", ColumnType.Float64),
        new("price", ColumnType.Decimal),
        new("text", ColumnType.String),
        new("day", ColumnType.Date),
        new("at", ColumnType.Timestamp),
        new("bytes", ColumnType.Binary),
    ]);

    public static readonly object?[][] Ugly =
    [
        [true, 1L, 1.5, Int128.Parse("1250000000000000000"), "plain", 11_000, 981_173_106_123_456L, new byte[] { 0, 1, 255 }],
        [null, null, null, null, null, null, null, null],
        [false, long.MinValue, double.NaN, -Int128.Parse("99999999999999999999999999999999999999"), "", -1, -1L, System.Array.Empty<byte>()],
        [true, long.MaxValue, double.PositiveInfinity, Int128.Parse("99999999999999999999999999999999999999"), "žluťoučký \"kůň\"\n🐎", -719_162, -62_135_596_800_000_000L, new byte[] { 10, 13 }],
        [false, 0L, double.NegativeInfinity, Int128.Zero, "ｆｕｌｌ", 2_932_896, 253_402_300_799_999_999L, new byte[] { 128 }],
        [true, -1L, -0.0, Int128.One, "a''b", 0, 0L, new byte[] { 1 }],
        [null, 42L, double.Epsilon, -Int128.One, null, 1, 1L, null],
    ];

    public static DuckDbEngine Engine(int threads = 0) => new(Options.Create(new DuckDbOptions { Threads = threads }));

    public static RecordBatch Batch(DatasetSchema schema, IReadOnlyList<object?[]> rows) =>
        new(schema.ToArrow(), schema.Select((c, i) => Array(c.Type, [.. rows.Select(r => r[i])])), rows.Count);

    /// <summary>Cuts rows into batches; the arrays are slices of larger ones, as other sources give them.</summary>
    public static async IAsyncEnumerable<RecordBatch> Batches(DatasetSchema schema, IReadOnlyList<object?[]> rows, int size)
    {
        await Task.Yield();
        if (rows.Count == 0) yield return Batch(schema, rows);
        var whole = rows.Count == 0 ? null : Batch(schema, rows);
        for (var i = 0; i < rows.Count; i += size) yield return whole!.Slice(i, Math.Min(size, rows.Count - i));
    }

    public static async Task<List<object?[]>> ReadAll(this IAsyncEnumerable<RecordBatch> batches)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Length; i++) rows.Add([.. batch.Arrays.Select(a => Value(a, i))]);
        }

        return rows;
    }

    public static async Task<Schema> ReadSchema(this IAsyncEnumerable<RecordBatch> batches)
    {
        await foreach (var batch in batches) return batch.Schema;
        throw new InvalidOperationException("No batch.");
    }

    public static object? Value(IArrowArray array, int i) => array.IsNull(i) ? null : array switch
    {
        BooleanArray a => a.GetValue(i),
        Int8Array a => a.GetValue(i),
        Int32Array a => a.GetValue(i),
        Int64Array a => a.GetValue(i),
        UInt64Array a => a.GetValue(i),
        FloatArray a => a.GetValue(i),
        DoubleArray a => a.GetValue(i),
        Decimal128Array a => MemoryMarshal.Cast<byte, Int128>(a.ValueBuffer.Span)[a.Offset + i],
        StringArray a => a.GetString(i),
        Date32Array a => a.Values[i],
        TimestampArray a => a.Values[i],
        Time64Array a => a.Values[i],
        BinaryArray a => a.GetBytes(i).ToArray(),
        _ => throw new NotSupportedException(array.GetType().Name),
    };

    private static IArrowArray Array(ColumnType type, object?[] values)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var booleans = new BooleanArray.Builder();
                foreach (var v in values) _ = v is bool b ? booleans.Append(b) : booleans.AppendNull();
                return booleans.Build();
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                foreach (var v in values) _ = v is long n ? integers.Append(n) : integers.AppendNull();
                return integers.Build();
            case ColumnType.Float64:
                var doubles = new DoubleArray.Builder();
                foreach (var v in values) _ = v is double n ? doubles.Append(n) : doubles.AppendNull();
                return doubles.Build();
            case ColumnType.String:
                var texts = new StringArray.Builder();
                foreach (var v in values) _ = v is string s ? texts.Append(s) : texts.AppendNull();
                return texts.Build();
            case ColumnType.Binary:
                var bytes = new BinaryArray.Builder();
                foreach (var v in values) _ = v is byte[] s ? bytes.Append((ReadOnlySpan<byte>)s) : bytes.AppendNull();
                return bytes.Build();
            case ColumnType.Decimal:
                return Fixed(type, [.. values.Select(v => (Int128?)v)]);
            case ColumnType.Date:
                return Fixed(type, [.. values.Select(v => (int?)v)]);
            default:
                return Fixed(type, [.. values.Select(v => (long?)v)]);
        }
    }

    private static IArrowArray Fixed<T>(ColumnType type, T?[] values)
        where T : unmanaged
    {
        var buffer = new FixedBuffer<T>();
        foreach (var v in values)
        {
            if (v is { } value) buffer.Add(value);
            else buffer.AddNull();
        }

        return ArrowArrayFactory.BuildArray(buffer.Take(DatasetSchema.ToArrow(type)));
    }
}
