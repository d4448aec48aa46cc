using Apache.Arrow;
using Microsoft.ML;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Gives ML.NET the rows of a dataset.</summary>
public static class DataViewExtensions
{
    /// <summary>Shows a dataset as ML.NET's view of data. Nothing is read before a cursor moves, and a cursor holds a few blocks of 8,192 rows at most.</summary>
    /// <param name="store">The store that holds the dataset.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="preparation">Steps that are applied to the rows on the way; null for none.</param>
    /// <param name="options">How columns are shown; null for the defaults.</param>
    /// <param name="cancellationToken">Stops every reading of the view; a cursor then throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The view. Its columns have the names of the (prepared) columns and these types:
    /// Boolean is Boolean, and a missing value is an error that names the row; impute it first.
    /// Int64, Float64 and Decimal are Single, missing is NaN (see <see cref="DataViewOptions.ExactColumns"/>).
    /// String is Text, missing is empty. Date and Timestamp are DateTime in UTC, missing is 0001-01-01. Binary columns are not shown.
    /// </returns>
    /// <remarks>
    /// <para>The next rows are read and converted on a thread of their own while ML.NET works on the present ones; disposing the cursor stops it.
    /// A set of cursors divides the same reading, block by block. Without a preparation only the columns that are asked for are read.</para>
    /// <para>Shuffling permutes the rows within windows of 131,072 rows, by the generator that is given. Smaller data are shuffled completely; in larger data a row does
    /// not leave its window, so data whose order says something of the label should be brought into another order when they are acquired.</para>
    /// </remarks>
    /// <exception cref="HoldoutLockedException">The dataset is locked.</exception>
    /// <exception cref="DataException">The preparation does not fit the dataset, or an exact column does not exist.</exception>
    public static IDataView ToDataView(
        this IDatasetStore store, Dataset dataset, Preparation? preparation = null, DataViewOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.IsLocked) throw new HoldoutLockedException(dataset.Name);
        preparation ??= new([]);
        return new ArrowDataView(
            dataset.Name,
            preparation.GetOutputSchema(dataset.Schema),
            preparation.Steps.All(step => step.KeepsRows) ? dataset.RowCount : null,
            (columns, token) => store.ReadRowsAsync(dataset, preparation, columns, token),
            options,
            cancellationToken);
    }

    /// <summary>Reads prepared rows; without a preparation only the given columns.</summary>
    internal static IAsyncEnumerable<RecordBatch> ReadRowsAsync(
        this IDatasetStore store, Dataset dataset, Preparation preparation, IReadOnlyList<string>? columns, CancellationToken cancellationToken) =>
        preparation.IsEmpty ? store.ReadAsync(dataset, columns, cancellationToken) : store.ReadPreparedAsync(dataset, preparation, cancellationToken);
}
