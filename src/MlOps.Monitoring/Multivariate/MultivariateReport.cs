namespace MlOps.Monitoring;

/// <summary>How the rows of a window, as wholes, differ from those of the training data.</summary>
/// <param name="ReferenceRows">The rows that the model was trained on.</param>
/// <param name="Rows">The predictions that were compared.</param>
/// <param name="Reconstruction">Whether columns still go together; null when the monitor does not ask.</param>
/// <param name="Classifier">Whether trees tell the rows apart; null when the monitor does not ask.</param>
/// <param name="Vectors">The embeddings.</param>
/// <param name="Texts">The columns of free text.</param>
public sealed record MultivariateReport(
    long ReferenceRows,
    long Rows,
    ReconstructionDrift? Reconstruction,
    SeparationDrift? Classifier,
    IReadOnlyList<VectorDrift> Vectors,
    IReadOnlyList<SeparationDrift> Texts) : MonitorSection(MultivariateCheck.CheckName)
{
    /// <summary>Gets all that trees judged: the columns together, then each column of texts.</summary>
    internal IEnumerable<SeparationDrift> Separations => Classifier is { } classifier ? Texts.Prepend(classifier) : Texts;
}

/// <summary>Whether columns still go together: how far rows are from what the principal components of the training data can say of them.</summary>
/// <param name="Status">Whether they drifted, or why nothing can be said.</param>
/// <param name="Columns">How many columns were looked at.</param>
/// <param name="Components">How many components are kept.</param>
/// <param name="Reference">The error of training rows from which the components were not found.</param>
/// <param name="Current">The error of the window.</param>
/// <param name="RocAuc">The chance that a row of the window has a larger error than one of the training data; 0.5 when nothing has changed.</param>
/// <param name="PValue">The chance of one so far from 0.5 when nothing has changed, adjusted for all comparisons of the section; NaN when it was not compared.</param>
/// <param name="Chunks">The same for each chunk of the window; none when it was not cut.</param>
/// <param name="Sentence">What was found, for people.</param>
public sealed record ReconstructionDrift(
    DriftStatus Status, int Columns, int Components, MeanError Reference, MeanError Current, double RocAuc, double PValue, IReadOnlyList<ChunkReconstruction> Chunks, string Sentence);

/// <summary>The reconstruction error of a chunk.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Status">Whether it drifted, or why nothing can be said.</param>
/// <param name="Error">The error.</param>
/// <param name="RocAuc">The chance that a row of the chunk has a larger error than one of the training data.</param>
/// <param name="PValue">The chance of one so far from 0.5, adjusted for all chunks of the section; NaN when it was not compared.</param>
public sealed record ChunkReconstruction(Chunk Chunk, DriftStatus Status, MeanError Error, double RocAuc, double PValue);

/// <summary>The mean reconstruction error of some rows.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Mean">The mean, in standard deviations of the columns; NaN without rows.</param>
/// <param name="StandardError">How far the mean scatters by chance.</param>
public sealed record MeanError(long Rows, double Mean, double StandardError)
{
    /// <summary>Gets the lower end of the band of three standard errors, at least 0.</summary>
    public double Lower => Math.Max(0, Mean - (3 * StandardError));

    /// <summary>Gets the upper end of the band of three standard errors.</summary>
    public double Upper => Mean + (3 * StandardError);
}

/// <summary>Whether trees tell rows of the window from rows of the training data, each judged by trees that did not learn from it.</summary>
/// <param name="Subject">What they were given: all columns, or a column of texts.</param>
/// <param name="Status">Whether they do, or why nothing can be said.</param>
/// <param name="ReferenceRows">The training rows of the sample.</param>
/// <param name="Rows">The rows of the window in the sample.</param>
/// <param name="RocAuc">How well: the area under the ROC curve, 0.5 for not at all; NaN when it was not compared.</param>
/// <param name="StandardError">How far it scatters around 0.5 when nothing has changed.</param>
/// <param name="PValue">The chance of so large an area when nothing has changed, adjusted for all comparisons of the section; NaN when it was not compared.</param>
/// <param name="Contributors">What they go by, the most telling first: columns, or words.</param>
/// <param name="Sentence">What was found, for people. It may name words of the column.</param>
public sealed record SeparationDrift(
    string Subject, DriftStatus Status, long ReferenceRows, long Rows, double RocAuc, double StandardError, double PValue, IReadOnlyList<AlarmContributor> Contributors, string Sentence)
{
    /// <summary>Gets the same for each chunk of the window; none when it was not cut.</summary>
    public IReadOnlyList<ChunkSeparation> Chunks { get; init; } = [];
}

/// <summary>Whether trees tell rows of a chunk from rows of the training data.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Status">Whether they do, or that nothing can be said.</param>
/// <param name="Rows">The rows of the chunk in its sample.</param>
/// <param name="RocAuc">How well: the area under the ROC curve; NaN when it was not compared.</param>
/// <param name="PValue">The chance of so large an area when nothing has changed, adjusted for all chunks of the section; NaN when it was not compared.</param>
/// <param name="Contributors">What they go by, the most telling first.</param>
public sealed record ChunkSeparation(Chunk Chunk, DriftStatus Status, long Rows, double RocAuc, double PValue, IReadOnlyList<AlarmContributor> Contributors);

/// <summary>Whether embeddings have moved.</summary>
/// <param name="Vector">The vector.</param>
/// <param name="Width">How many numbers it has.</param>
/// <param name="Status">Whether it drifted, or why nothing can be said.</param>
/// <param name="ReferenceRows">The training rows that were used.</param>
/// <param name="Rows">The rows of the window that were used.</param>
/// <param name="Discrepancy">The squared maximum mean discrepancy, about 0 when nothing has changed; NaN when it was not compared.</param>
/// <param name="PValue">The chance of so large a discrepancy when nothing has changed, adjusted for all comparisons of the section; NaN when it was not compared.</param>
/// <param name="Sentence">What was found, for people.</param>
public sealed record VectorDrift(string Vector, int Width, DriftStatus Status, long ReferenceRows, long Rows, double Discrepancy, double PValue, string Sentence)
{
    /// <summary>Gets the same for each chunk of the window; none when it was not cut.</summary>
    public IReadOnlyList<ChunkDiscrepancy> Chunks { get; init; } = [];
}

/// <summary>Whether the embeddings of a chunk have moved.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Status">Whether they have, or that nothing can be said.</param>
/// <param name="Rows">The rows of the chunk that were used.</param>
/// <param name="Discrepancy">The squared maximum mean discrepancy; NaN when it was not compared.</param>
/// <param name="PValue">The chance of so large a discrepancy when nothing has changed, adjusted for all chunks of the section; NaN when it was not compared.</param>
public sealed record ChunkDiscrepancy(Chunk Chunk, DriftStatus Status, long Rows, double Discrepancy, double PValue);
