using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.Benchmarks;

/// <summary>Three million rows of sixteen doubles made from a seed: normal, exponential and uniform numbers and amounts in cents, four columns each.</summary>
internal static class NumberTable
{
    public const int Rows = 3_000_000;
    public const int Columns = 16;
    public const int BatchRows = 65_536;

    public static readonly string[] Names = [.. Enumerable.Range(0, Columns).Select(c => $"x{c}")];

    /// <summary>Makes the values of a column, as the bytes of doubles.</summary>
    public static byte[] Bytes(int column)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Rows * sizeof(double));
        var values = MemoryMarshal.Cast<byte, double>(bytes.AsSpan());
        var random = new Random(column);
        for (var row = 0; row < Rows; row++)
        {
            var u = 1 - random.NextDouble();
            values[row] = (column % 4) switch
            {
                0 => Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * random.NextDouble()),
                1 => -1000 * Math.Log(u),
                2 => 100 * u,
                _ => Math.Round(-50 * Math.Log(u), 2),
            };
        }

        return bytes;
    }

    /// <summary>Makes the table as record batches in memory.</summary>
    public static List<RecordBatch> Batches()
    {
        var schema = new Schema([.. Names.Select(n => new Field(n, DoubleType.Default, nullable: true))], null);
        var columns = Enumerable.Range(0, Columns).Select(c => new DoubleArray(new ArrowBuffer(Bytes(c)), ArrowBuffer.Empty, Rows, 0, 0)).ToArray();
        var batches = new List<RecordBatch>();
        for (var start = 0; start < Rows; start += BatchRows)
        {
            var (from, length) = (start, Math.Min(BatchRows, Rows - start));
            batches.Add(new(schema, columns.Select(c => ArrowArrayFactory.Slice(c, from, length)), length));
        }

        return batches;
    }
}
