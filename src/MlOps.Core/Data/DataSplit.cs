namespace MlOps.Core;

/// <summary>A dataset divided for learning, choosing and accepting a model. No row is in two parts.</summary>
/// <param name="Training">The rows to learn from; everything that is fitted is fitted on these only.</param>
/// <param name="Validation">The rows to tune and choose with.</param>
/// <param name="Holdout">The rows that nobody looks at before acceptance; locked.</param>
/// <param name="Preparation">The fitted steps that are applied, in order, to rows of every part before the model sees them, and to every request when it serves.</param>
public sealed record DataSplit(Dataset Training, Dataset Validation, Dataset Holdout, IReadOnlyList<FittedStep> Preparation);
