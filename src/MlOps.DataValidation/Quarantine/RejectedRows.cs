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

    public RecordBatch Of(RowTaker taker, RecordBatch batch, IReadOnlyList<RowRun> runs, IReadOnlyList<(long Row, string Reasons)> rejected)
    {
        var taken = taker.Take(batch, runs);
        var (rows, reasons) = (new Int64Array.Builder().Reserve(rejected.Count), new StringArray.Builder());
        foreach (var (row, why) in rejected)
        {
            rows.Append(row);
            reasons.Append(why);
        }

        return new(Widened(batch.Schema), [.. taken.Arrays, rows.Build(), reasons.Build()], taken.Length);
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
