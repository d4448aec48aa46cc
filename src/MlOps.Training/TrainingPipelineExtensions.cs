using MlOps.Training;

namespace MlOps.Core;

/// <summary>Adds training, judgement and acceptance to a pipeline.</summary>
public static class TrainingPipelineExtensions
{
    /// <summary>Trains a model on the training split and tunes it on the validation split.</summary>
    /// <typeparam name="TTrainer">The trainer, made by dependency injection.</typeparam>
    /// <param name="split">The data.</param>
    /// <param name="model">The name of the model.</param>
    /// <param name="configure">Sets trials, folds and the like; null for the defaults.</param>
    /// <param name="stage">Sets how the stage is run; null for the defaults.</param>
    /// <returns>The packaged model.</returns>
    public static StageOutput<Candidate> Train<TTrainer>(
        this StageOutput<DataSplit> split, string model, Action<TrainOptions>? configure = null, Action<StageOptions>? stage = null)
        where TTrainer : Trainer
    {
        ArgumentNullException.ThrowIfNull(split);
        ModelNames.CheckModel(model);
        var options = new TrainOptions();
        configure?.Invoke(options);
        options.Check();
        return split.Then(new TrainStage<TTrainer>(model, options.Trials, options.Metric, options.CrossValidationFolds, options.SampleRows, options.Threads, options.Parallelism), stage);
    }

    /// <summary>Judges a model on the validation split.</summary>
    /// <param name="candidate">The model.</param>
    /// <param name="gate">Sets the standards, and by which columns the model is judged on parts of the rows, too; a model without any standard is not blessed.</param>
    /// <param name="stage">Sets how the stage is run; null for the defaults.</param>
    /// <returns>The judgement. A model that fails is not an error; registering it gives it no alias.</returns>
    public static StageOutput<EvaluatedCandidate> Evaluate(this StageOutput<Candidate> candidate, Action<GateBuilder> gate, Action<StageOptions>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(gate);
        var (gates, slices) = GateBuilder.Build(gate);
        return candidate.Then(new EvaluateStage(gates, slices), stage);
    }

    /// <summary>Judges a model that passed so far on the locked holdout; for one that did not the holdout stays closed.</summary>
    /// <param name="candidate">The judged model.</param>
    /// <param name="gate">Sets the standards, and by which columns the model is judged on parts of the rows, too; null asks that the model's main metric is better than the baseline's.</param>
    /// <param name="stage">Sets how the stage is run; null for the defaults.</param>
    /// <returns>The judgement, with its acceptance when the holdout was opened.</returns>
    public static StageOutput<EvaluatedCandidate> Accept(this StageOutput<EvaluatedCandidate> candidate, Action<GateBuilder>? gate = null, Action<StageOptions>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var (gates, slices) = GateBuilder.Build(gate ?? (g => g.BetterThanBaseline()));
        return candidate.Then(new AcceptStage(gates, slices), stage);
    }
}
