using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Picks rows of the log.</summary>
internal static class LogRows
{
    /// <summary>Gives the rows that a version predicted; all of them where the log does not say.</summary>
    public static IEnumerable<int> OfVersion(RecordBatch batch, int version)
    {
        var versions = ColumnReader.Find(batch, PredictionColumns.Version) as Int64Array;
        for (var row = 0; row < batch.Length; row++)
        {
            if (versions is null || versions.IsNull(row) || versions.GetValue(row) == version) yield return row;
        }
    }
}
