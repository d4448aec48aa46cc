namespace MlOps.Training;

/// <summary>How a stage trains. Set where the stage is added to its pipeline.</summary>
public sealed class TrainOptions
{
    /// <summary>Gets or sets how many values of the hyperparameters are tried.</summary>
    /// <value>The default is 1: the defaults alone. Further trials draw at random from the declared ranges; the best on the validation split is kept.</value>
    public int Trials { get; set; } = 1;

    /// <summary>Gets or sets the metric that trials are compared by and that <see cref="GateBuilder.NoWorseThan"/> asks for.</summary>
    /// <value>The default is null: auc for a binary classification, micro_accuracy for several classes, rmse for a regression.</value>
    public string? Metric { get; set; }

    /// <summary>Gets or sets into how many folds the training split is divided for cross-validation of the chosen hyperparameters.</summary>
    /// <value>The default is 0: none. Else 2 or more.</value>
    public int CrossValidationFolds { get; set; }

    /// <summary>Gets or sets how many of the first validation rows are packaged with their predictions.</summary>
    /// <value>The default is 20.</value>
    public int SampleRows { get; set; } = 20;

    /// <summary>Gets or sets how many threads a trainer may use, as <see cref="TrainerContext.Threads"/>.</summary>
    /// <value>The default is 1, with which every trainer gives the same model again. LightGBM is slow beyond measure when its threads exceed the free cores.</value>
    public int Threads { get; set; } = 1;

    /// <summary>Gets or sets how many trials and folds are trained at the same time. The result does not depend on it; memory grows with it.</summary>
    /// <value>The default is 1. A trainer whose <see cref="Threads"/> is 1 leaves the other cores to as many.</value>
    public int Parallelism { get; set; } = 1;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Trials, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(SampleRows);
        if (CrossValidationFolds is < 0 or 1) throw new ArgumentOutOfRangeException(nameof(CrossValidationFolds), CrossValidationFolds, "Use 0 for none, or 2 folds or more.");
        if (Metric is not null) ArgumentException.ThrowIfNullOrWhiteSpace(Metric);
    }
}
