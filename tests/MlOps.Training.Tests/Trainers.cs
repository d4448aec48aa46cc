using Apache.Arrow;
using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using MlOps.Core;

namespace MlOps.Training.Tests;

public abstract class LateTrainer : Trainer
{
    public override LearningTask Task => LearningTask.BinaryClassification;

    public override string Label => "late";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return ml.Transforms.ReplaceMissingValues("y")
            .Append(ml.Transforms.Categorical.OneHotEncoding("city"))
            .Append(ml.Transforms.Concatenate("Features", "x", "y", "city"))
            .Append(Learner(ml, context));
    }

    protected abstract IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context);
}

public sealed class FastTreeLate : LateTrainer
{
    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
    {
        LabelColumnName = Label,
        NumberOfTrees = 20,
        NumberOfLeaves = context.Choose("leaves", 2, 30, defaultValue: 8),
        LearningRate = context.Choose("learningRate", 0.01, 0.5, logScale: true, defaultValue: 0.2),
        NumberOfThreads = context.Threads,
    });
}

/// <summary>Hands missing values to a trainer that passes over their rows.</summary>
public sealed class CarelessLate : Trainer
{
    public override LearningTask Task => LearningTask.BinaryClassification;

    public override string Label => "late";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) => ml.Transforms.Concatenate("Features", "x", "y")
        .Append(ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 5));
}

public sealed class LightGbmLate : LateTrainer
{
    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => ml.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
    {
        LabelColumnName = Label,
        NumberOfIterations = 20,
        NumberOfThreads = context.Threads,
        Deterministic = true,
        Seed = context.Seed,
        Booster = new GradientBooster.Options { L2Regularization = 0.5 },
    });
}

public sealed class SdcaLate : LateTrainer
{
    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => ml.Transforms.NormalizeMinMax("Features").Append(
        ml.BinaryClassification.Trainers.SdcaLogisticRegression(new SdcaLogisticRegressionBinaryTrainer.Options { LabelColumnName = Label, NumberOfThreads = context.Threads, MaximumNumberOfIterations = 20 }));
}

/// <summary>Not calibrated, and with a baseline of its own.</summary>
public sealed class PerceptronLate : LateTrainer
{
    public override IEstimator<ITransformer>? BuildBaseline(MLContext ml, TrainerContext context) =>
        ml.Transforms.Concatenate("Features", "x").Append(ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 3));

    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => ml.BinaryClassification.Trainers.AveragedPerceptron(Label);
}

public sealed class OneColumnLate : Trainer
{
    public override LearningTask Task => LearningTask.BinaryClassification;

    public override string Label => "late";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Concatenate("Features", "x").Append(ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 3));
}

public sealed class FlowerTrainer : Trainer
{
    public override LearningTask Task => LearningTask.MulticlassClassification;

    public override string Label => "kind";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Conversion.MapValueToKey("Label", Label)
            .Append(ml.Transforms.Concatenate("Features", [.. context.NumericColumns]))
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = context.Threads }));
}

public sealed class FlowerTrainerInPlace : Trainer
{
    public override LearningTask Task => LearningTask.MulticlassClassification;

    public override string Label => "kind";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Conversion.MapValueToKey(Label)
            .Append(ml.Transforms.Concatenate("Features", [.. context.NumericColumns]))
            .Append(ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 5), Label))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
}

public class FareTrainer : Trainer
{
    public override LearningTask Task => LearningTask.Regression;

    public override string Label => "fare";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Concatenate("Features", [.. context.NumericColumns])
            .Append(ml.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options { LabelColumnName = Label, NumberOfTrees = 50, NumberOfThreads = context.Threads }));
}

public sealed class BrokenTrainer : LateTrainer
{
    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => throw new InvalidOperationException("the gears are stuck");
}

public sealed class SometimesBrokenTrainer : LateTrainer
{
    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => context.Trial == 2
        ? throw new InvalidOperationException("the gears are stuck")
        : ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 3, numberOfLeaves: context.Choose("leaves", 2, 9));
}

public sealed class BrokenBaseline : LateTrainer
{
    public override IEstimator<ITransformer>? BuildBaseline(MLContext ml, TrainerContext context) => throw new InvalidOperationException("the gears are stuck");

    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) => ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 3);
}

public sealed class EveryFareColumnTrainer : FareTrainer
{
    public override IReadOnlyList<string> ExactColumns => ["exact"];
}

/// <summary>Learns from the answer.</summary>
public sealed class CheatingTrainer : Trainer
{
    public override LearningTask Task => LearningTask.Regression;

    public override string Label => "fare";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Concatenate("Features", "km", "fare").Append(ml.Regression.Trainers.FastTree(Label, numberOfTrees: 3));
}

public sealed class WrongTaskTrainer : Trainer
{
    public override LearningTask Task => LearningTask.BinaryClassification;

    public override string Label => "late";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Conversion.ConvertType("number", Label).Append(ml.Transforms.Concatenate("Features", "x")).Append(ml.Regression.Trainers.FastTree("number", numberOfTrees: 3));
}

public sealed class EndlessTrainer : LateTrainer
{
    protected override IEstimator<ITransformer> Learner(MLContext ml, TrainerContext context) =>
        ml.BinaryClassification.Trainers.FastTree(Label, numberOfTrees: 1_000_000, numberOfLeaves: 200);
}

/// <summary>A step that insists on the label, as a careless one does.</summary>
public sealed record NeedsLabel(string Label) : IDataTransformer
{
    public DatasetSchema GetOutputSchema(DatasetSchema input) => new(input.Where(_ => input[Label].Name == Label));

    public RecordBatch Apply(RecordBatch batch) => batch;
}

/// <summary>Makes a truth value out of a number: whether it is large.</summary>
public sealed record IsLarge(string Column) : IDataTransformer
{
    public DatasetSchema GetOutputSchema(DatasetSchema input) => new(input.Append(new("large", ColumnType.Boolean)));

    public RecordBatch Apply(RecordBatch batch)
    {
        var values = (Int64Array)batch.Column(Column);
        var large = new BooleanArray.Builder().AppendRange(values.Values.ToArray().Select(v => v >= 50)).Build();
        return new(GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)).ToArrow(), Enumerable.Range(0, batch.ColumnCount).Select(batch.Column).Append(large), batch.Length);
    }
}
