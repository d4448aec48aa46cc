using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.DataValidation;

/// <summary>Adds to rejected rows where they stood and why they were rejected.</summary>
internal static class RejectedRows
{
    public const string RowColumn = "rejected_row";
    public const string ReasonsColumn = "rejected_because";

    public static RecordBatch Of(RowTaker taker, RecordBatch batch, IReadOnlyList<RowRun> runs, IReadOnlyList<(long Row, string Reasons)> rejected)
    {
        var taken = taker.Take(batch, runs);
        var (rows, reasons) = (new Int64Array.Builder().Reserve(rejected.Count), new StringArray.Builder());
        foreach (var (row, why) in rejected)
        {
            rows.Append(row);
            reasons.Append(why);
        }

        var names = batch.Schema.FieldsList.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        Field[] fields = [.. batch.Schema.FieldsList, new(Free(RowColumn, names), Int64Type.Default, nullable: true), new(Free(ReasonsColumn, names), StringType.Default, nullable: true)];
        return new(new Schema(fields, null), [.. taken.Arrays, rows.Build(), reasons.Build()], taken.Length);
    }

    private static string Free(string name, HashSet<string> taken)
    {
        while (!taken.Add(name)) name += "_";
        return name;
    }
}
