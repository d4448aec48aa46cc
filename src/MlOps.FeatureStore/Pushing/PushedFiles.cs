using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads the files of a history.</summary>
internal static class PushedFiles
{
    /// <summary>Gives the columns of a file.</summary>
    /// <param name="engine">Reads it.</param>
    /// <param name="segment">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The columns.</returns>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static async Task<DatasetSchema> SchemaOfAsync(IColumnarEngine engine, Segment segment, CancellationToken cancellationToken)
    {
        await foreach (var batch in engine.ReadAsync(new ParquetFile(segment.Path), null, cancellationToken).ConfigureAwait(false)) return DatasetSchema.FromArrow(batch.Schema);
        throw new DataException($"'{Path.GetFileName(segment.Path)}' in the history of pushes has no rows and no columns.") { DataSource = segment.Path };
    }

    /// <summary>Reads files one after the other.</summary>
    /// <param name="engine">Reads them.</param>
    /// <param name="segments">The files.</param>
    /// <param name="schema">The columns that are wanted.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches of these columns; one without rows when there are no files.</returns>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(IColumnarEngine engine, IReadOnlyList<Segment> segments, DatasetSchema schema, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (segments.Count == 0) yield return new(schema.ToArrow(), schema.Select(c => new ArrowColumnBuilder(c.Type).Build()), 0);
        foreach (var segment in segments)
        {
            await foreach (var batch in engine.ReadAsync(new ParquetFile(segment.Path), null, cancellationToken).ConfigureAwait(false)) yield return PushedSchema.Fit(batch, schema);
        }
    }
}
