using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.ML;

namespace MlOps.Training;

/// <summary>Gives the rows of ML.NET's view of data as Arrow record batches.</summary>
public static class DataViewBatchesExtensions
{
    private const int BatchRows = 8192;

    /// <summary>Reads a view of data as record batches, for instance to profile what a chain of transformers makes.</summary>
    /// <param name="data">The view. Hidden columns are left out.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>
    /// Batches of 8,192 rows; a view without rows yields one empty batch. Numbers, truth values, texts, times and spans keep their type, of floating point NaN stays NaN; keys become their numbers from 1, a missing key
    /// is missing; vectors become lists. A column of any other type is left out.
    /// </returns>
    public static IAsyncEnumerable<RecordBatch> ReadBatchesAsync(this IDataView data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return ReadAsync(data, cancellationToken);
    }

    private static async IAsyncEnumerable<RecordBatch> ReadAsync(IDataView data, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var columns = data.Schema.Where(c => !c.IsHidden && CellWriter.Fits(c.Type)).ToList();
        using var cursor = data.GetRowCursor(columns);
        var writers = columns.ConvertAll(c => CellWriter.Create(cursor, c));
        var schema = new Schema(writers.Select(w => w.Field), null);
        int rows;
        var isFirst = true;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows = 0;
            while (rows < BatchRows && cursor.MoveNext())
            {
                foreach (var writer in writers) writer.Append();
                rows++;
            }

            if (rows > 0 || isFirst) yield return new(schema, writers.Select(w => w.Build()), rows);
            isFirst = false;
        }
        while (rows == BatchRows);
    }
}
