using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Trains a model, tunes it on the validation split, and packages it.</summary>
/// <typeparam name="TTrainer">The trainer, made by dependency injection.</typeparam>
/// <param name="Model">The name of the model.</param>
/// <param name="Trials">How many values of the hyperparameters are tried.</param>
/// <param name="Metric">The metric that trials are compared by; null for that of the task.</param>
/// <param name="CrossValidationFolds">Into how many folds the training split is divided; 0 for no cross-validation.</param>
/// <param name="SampleRows">How many validation rows are packaged with their predictions.</param>
/// <param name="Threads">How many threads a trainer may use.</param>
/// <param name="Parallelism">How many trials and folds are trained at the same time.</param>
public sealed record TrainStage<TTrainer>(string Model, int Trials, string? Metric, int CrossValidationFolds, int SampleRows, int Threads, int Parallelism)
    : IPipelineStage<DataSplit, Candidate>
    where TTrainer : Trainer
{
    /// <inheritdoc/>
    public Task<Candidate> RunAsync(DataSplit input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var trainer = ActivatorUtilities.GetServiceOrCreateInstance<TTrainer>(context.Services);
        var options = new TrainOptions
        {
            Trials = Trials,
            Metric = Metric,
            CrossValidationFolds = CrossValidationFolds,
            SampleRows = SampleRows,
            Threads = Threads,
            Parallelism = Parallelism,
        };
        return context.Services.GetTraining<ModelTrainer>().TrainAsync(Model, trainer, input, options, context, cancellationToken);
    }
}
