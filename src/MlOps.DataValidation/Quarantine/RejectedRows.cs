using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation;

/// <summary>Adds to rejected rows where they stood and why they were rejected.</summary>
internal sealed class RejectedRows
{
    public const string RowColumn = "rejected_row";
    public const string ReasonsColumn = "rejected_because";

    private Schema? _schema;
    private Schema? _widened;
    private string? _last;
    private byte[] _encoded = [];

    public RecordBatch Of(RowTaker taker, RecordBatch batch, ReadOnlySpan<RowRun> runs, List<(long Row, string Reasons)> rejected)
    {
        var taken = taker.Take(batch, runs);
        return new(Widened(batch.Schema), [.. taken.Arrays, Numbers(taker, rejected), Reasons(taker, rejected)], taken.Length);
    }

    private static Int64Array Numbers(RowTaker taker, List<(long Row, string Reasons)> rejected)
    {
        var numbers = taker.Rent(rejected.Count * sizeof(long));
        var to = MemoryMarshal.Cast<byte, long>(numbers.Span);
        for (var i = 0; i < rejected.Count; i++) to[i] = rejected[i].Row;
        return new(new ArrowBuffer(numbers), ArrowBuffer.Empty, rejected.Count, 0, 0);
    }

    // Most rows have the reasons of the one before them.
    private StringArray Reasons(RowTaker taker, List<(long Row, string Reasons)> rejected)
    {
        var ends = taker.Rent((rejected.Count + 1) * sizeof(int));
        var to = MemoryMarshal.Cast<byte, int>(ends.Span);
        to[0] = 0;
        for (var i = 0; i < rejected.Count; i++) to[i + 1] = checked(to[i] + Encoded(rejected[i].Reasons).Length);
        var texts = taker.Rent(to[rejected.Count]);
        for (var i = 0; i < rejected.Count; i++) Encoded(rejected[i].Reasons).CopyTo(texts.Span[to[i]..]);
        return new(rejected.Count, new ArrowBuffer(ends), new ArrowBuffer(texts), ArrowBuffer.Empty, 0, 0);
    }

    private byte[] Encoded(string reasons)
    {
        if (!ReferenceEquals(reasons, _last)) (_last, _encoded) = (reasons, Encoding.UTF8.GetBytes(reasons));
        return _encoded;
    }

    private Schema Widened(Schema schema)
    {
        if (_widened is not null && ReferenceEquals(schema, _schema)) return _widened;
        var names = schema.FieldsList.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        Field[] fields = [.. schema.FieldsList, new(Free(RowColumn, names), Int64Type.Default, nullable: true), new(Free(ReasonsColumn, names), StringType.Default, nullable: true)];
        _schema = schema;
        return _widened = new(fields, null);
    }

    private static string Free(string name, HashSet<string> taken)
    {
        while (!taken.Add(name)) name += "_";
        return name;
    }
}
