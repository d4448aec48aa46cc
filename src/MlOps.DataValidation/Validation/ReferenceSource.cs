using Apache.Arrow;

namespace MlOps.DataValidation;

/// <summary>Gives the rows of a table that data is compared with.</summary>
/// <param name="columns">The columns that are wanted; others may be there too.</param>
/// <param name="cancellationToken">Stops the reading.</param>
/// <returns>The batches.</returns>
public delegate IAsyncEnumerable<RecordBatch> ReferenceSource(IReadOnlyList<string> columns, CancellationToken cancellationToken);
