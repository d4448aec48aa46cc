namespace MlOps.Core;

/// <summary>Scores datasets with served models. Thread-safe.</summary>
public interface IBatchScorer
{
    /// <summary>Predicts every row of a dataset with one version of a model, in memory that does not grow with the rows, and logs the predictions as <see cref="PredictionVariants.Batch"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The rows. Columns that the model does not take are passed over.</param>
    /// <param name="options">Which version, what is kept and what is logged; null for the defaults.</param>
    /// <param name="progress">Is told after each part; null for nobody.</param>
    /// <param name="cancellationToken">Stops the scoring: no dataset is kept then, but what was logged until then stays in the log.</param>
    /// <returns>The predictions, a row for each row and in the same order. A row that cannot be predicted says why, and ends nothing; this may be so of all of them.</returns>
    /// <exception cref="NotFoundException">There is no such version, or the alias points to none.</exception>
    /// <exception cref="DataException">A column that the model needs is missing or has another type, a kept column is missing or is called as one of the predictions, or the dataset is a locked holdout. Nothing was kept or logged.</exception>
    /// <exception cref="StoreException">The version cannot be loaded, or what knows the columns that the dataset lacks does not answer. Nothing was kept.</exception>
    /// <remarks>
    /// Rows go the way of requests: what they lack is asked of each <see cref="IModelInputEnricher"/>, then each <see cref="IModelInputGuard"/> looks at them. The version is taken once, before the first row, whatever becomes of its alias meanwhile.
    /// The same rows and version give predictions of the same fingerprint, as long as enrichers and guards say the same.
    /// </remarks>
    Task<BatchScores> ScoreAsync(string model, Dataset rows, BatchScoringOptions? options = null, IProgress<BatchProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>What a scoring made.</summary>
/// <param name="Predictions">
/// The predictions: the kept columns, the outputs as <c>output.Name</c>, then <see cref="PredictionColumns.Id"/>, <see cref="PredictionColumns.Version"/> and <see cref="PredictionColumns.Error"/>, which is missing where none is.
/// </param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that predicted.</param>
/// <param name="Id">What identifies the scoring: row i is called id/i, in the predictions as in the log. It is the same for the same rows, model and version.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Failed">How many of them could not be predicted.</param>
public sealed record BatchScores(Dataset Predictions, string Model, int Version, string Id, long Rows, long Failed);

/// <summary>How far a scoring is.</summary>
/// <param name="Rows">The rows that are done.</param>
/// <param name="Failed">Those of them that could not be predicted.</param>
/// <param name="Total">The rows of the dataset.</param>
public sealed record BatchProgress(long Rows, long Failed, long Total);
