using Apache.Arrow;

namespace MlOps.Testing;

/// <summary>Batches as rows of values by their columns, for what a test expects.</summary>
internal static class BatchRows
{
    public static async Task<List<Dictionary<string, object?>>> ToRowsAsync(this IAsyncEnumerable<RecordBatch> batches)
    {
        var rows = new List<Dictionary<string, object?>>();
        await foreach (var batch in batches)
        {
            for (var row = 0; row < batch.Length; row++)
            {
                rows.Add(Enumerable.Range(0, batch.ColumnCount).ToDictionary(i => batch.Schema.GetFieldByIndex(i).Name, i => (object?)(batch.Column(i) switch
                {
                    BooleanArray a => a.GetValue(row),
                    Int64Array a => a.GetValue(row),
                    DoubleArray a => a.GetValue(row),
                    TimestampArray a => a.GetTimestamp(row),
                    StringArray a => a.GetString(row),
                    var other => throw new InvalidOperationException(other.GetType().Name),
                })));
            }
        }

        return rows;
    }
}
