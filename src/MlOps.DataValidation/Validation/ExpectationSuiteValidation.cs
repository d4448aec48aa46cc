using Apache.Arrow;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Validates data in one pass.</summary>
public static class ExpectationSuiteValidation
{
    /// <summary>Validates record batches. All expectations look at each row once; every failure is collected and counted.</summary>
    /// <param name="suite">What is expected.</param>
    /// <param name="rows">The rows. A batch is read before the next one is asked for.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <returns>What came of each expectation. Without any batch no column is known, and expectations about columns fail.</returns>
    public static async Task<ValidationResult> ValidateAsync(
        this ExpectationSuite suite, IAsyncEnumerable<RecordBatch> rows, ValidationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(rows);
        using var measured = Instruments.Start(suite.Name);
        var validation = new BatchValidation(suite, options ?? new(), keepFailed: false);
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await validation.StartAsync(batch.Schema, cancellationToken).ConfigureAwait(false);
            validation.Judge(batch, null, cancellationToken);
        }

        return measured.Ended(await validation.FinishAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Validates a dataset.</summary>
    /// <param name="suite">What is expected.</param>
    /// <param name="store">The store of the dataset.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <returns>What came of each expectation.</returns>
    public static Task<ValidationResult> ValidateAsync(
        this ExpectationSuite suite, IDatasetStore store, Dataset dataset, ValidationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dataset);
        return suite.ValidateAsync(store.ReadAsync(dataset, null, cancellationToken), options, cancellationToken);
    }
}
