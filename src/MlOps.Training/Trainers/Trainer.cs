using Microsoft.ML;

namespace MlOps.Training;

/// <summary>What is learned.</summary>
public enum LearningTask
{
    /// <summary>One of two: the label is Boolean, or a number that is 0 or 1.</summary>
    BinaryClassification,

    /// <summary>One of several: the label is text or a number.</summary>
    MulticlassClassification,

    /// <summary>A number.</summary>
    Regression,
}

/// <summary>How a model is trained: write a class that builds a chain of ML.NET's estimators. Nothing of ML.NET is hidden or wrapped.</summary>
/// <remarks>
/// <para>It is made by dependency injection, once for each stage that uses it, and needs no state of its own. <see cref="Build"/> is called for each trial and each fold.</para>
/// <para>The same data, seed and settings must give the same model, on every machine. Most trainers take all cores unless told otherwise, and their models depend on how many
/// there are (FastTree) or on which thread is first (SDCA, L-BFGS, LightGBM): give their options <see cref="TrainerContext.Threads"/>, which is 1 by default.
/// The averaged perceptron has one thread anyway.</para>
/// </remarks>
/// <example>
/// <code>
/// public sealed class DelayTrainer : Trainer
/// {
///     public override LearningTask Task =&gt; LearningTask.BinaryClassification;
///     public override string Label =&gt; "delayed";
///     public override IEstimator&lt;ITransformer&gt; Build(MLContext ml, TrainerContext context) =&gt;
///         ml.Transforms.Concatenate("Features", [.. context.NumericColumns])
///             .Append(ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
///             {
///                 LabelColumnName = context.Label,
///                 NumberOfThreads = context.Threads,
///                 LearningRate = context.Choose("learningRate", 0.01, 0.3, logScale: true),
///             }));
/// }
/// </code>
/// </example>
public abstract class Trainer
{
    /// <summary>Gets what is learned.</summary>
    public abstract LearningTask Task { get; }

    /// <summary>Gets the prepared column that is to be predicted. No row may lack it.</summary>
    public abstract string Label { get; }

    /// <summary>Gets the number columns that ML.NET is to see with their full width instead of as Single.</summary>
    /// <value>The default is none.</value>
    public virtual IReadOnlyList<string> ExactColumns => [];

    /// <summary>Builds the chain: what is done to the columns, then the trainer.</summary>
    /// <param name="ml">ML.NET, seeded.</param>
    /// <param name="context">The columns, the seed, and the hyperparameters to be chosen.</param>
    /// <returns>
    /// The chain. Its outputs keep ML.NET's names: Score, PredictedLabel unless it is a regression, and Probability when a binary classifier is calibrated.
    /// A predicted key is mapped back to the label by the framework. It must not drop rows.
    /// </returns>
    public abstract IEstimator<ITransformer> Build(MLContext ml, TrainerContext context);

    /// <summary>Builds the simple model that is always trained beside.</summary>
    /// <param name="ml">ML.NET, seeded.</param>
    /// <param name="context">The columns and the seed. Hyperparameters have their defaults.</param>
    /// <returns>The chain; null, the default, for the constant that is best on the training rows: their mean, or the shares of their classes.</returns>
    public virtual IEstimator<ITransformer>? BuildBaseline(MLContext ml, TrainerContext context) => null;
}
