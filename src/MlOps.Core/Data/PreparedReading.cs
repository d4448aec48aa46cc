using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Reads rows as the model sees them: with the fitted steps of the split applied.</summary>
public static class PreparedReading
{
    /// <summary>Reads the rows of a dataset in their order, prepared.</summary>
    /// <param name="store">Reads the rows.</param>
    /// <param name="part">The dataset, as it was acquired or split.</param>
    /// <param name="preparation">The fitted steps.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Prepared batches; a dataset without rows yields one empty batch. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="HoldoutLockedException">The dataset is locked.</exception>
    /// <exception cref="DataException">A step does not fit the rows; dataset, row and column are named where they are known.</exception>
    public static IAsyncEnumerable<RecordBatch> ReadPreparedAsync(
        this IDatasetStore store, Dataset part, Preparation preparation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(preparation);
        return preparation.ApplyAsync(store.ReadAsync(part, null, cancellationToken), part.Name, cancellationToken);
    }

    /// <summary>Applies steps to rows that come in the order of their dataset. A step that looks back (<see cref="IOrderedTransformer"/>) sees the rows before.</summary>
    /// <param name="preparation">The steps.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="source">What the rows are called in errors.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Prepared batches, one for each that goes in. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="DataException">A step does not fit the rows; source, row and column are named where they are known.</exception>
    public static async IAsyncEnumerable<RecordBatch> ApplyAsync(
        this Preparation preparation,
        IAsyncEnumerable<RecordBatch> rows,
        string source,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        ArgumentNullException.ThrowIfNull(rows);
        Func<RecordBatch, RecordBatch>[] steps = [.. preparation.Steps.Select(step => step is IOrderedTransformer ordered ? ordered.BeginPass() : step.Apply)];
        var before = new long[steps.Length]; // rows that each step has seen
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var prepared = batch;
            for (var i = 0; i < steps.Length; i++)
            {
                var input = prepared;
                try
                {
                    prepared = steps[i](input);
                }
                catch (DataException e) when (e.DataSource is null)
                {
                    var row = e.Row + before[i];
                    var place = row is null ? source : string.Create(CultureInfo.InvariantCulture, $"{source}, row {row}");
                    throw new DataException($"{place}: {e.Message}", e) { DataSource = source, Row = row, Column = e.Column };
                }

                before[i] += input.Length; // which also keeps it alive while the step reads it: a step of somebody else's may have built it in native memory
            }

            yield return prepared;
        }
    }
}
