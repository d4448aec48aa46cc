using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Transforms;
using MlOps.Training;

namespace FlightDelays;

/// <summary>Boosted trees over what is known at departure.</summary>
public sealed class DelayTrainer : Trainer
{
    public override LearningTask Task => LearningTask.BinaryClassification;

    public override string Label => "delayed";

    public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
        ml.Transforms.Concatenate(
                "Features",
                ["hour", "weekday", "distance", "origin_latitude", "origin_longitude", "destination_latitude", "destination_longitude", .. FlightFeatures.Names])
            .Append(ml.Transforms.ReplaceMissingValues("Features", replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean)) // the trees pass over rows with a missing feature
            .Append(ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
            {
                LabelColumnName = Label,
                NumberOfTrees = context.Choose("trees", 30, 80, defaultValue: 60),
                NumberOfLeaves = context.Choose("leaves", 10, 40, defaultValue: 20),
                LearningRate = context.Choose("learningRate", 0.05, 0.4, logScale: true, defaultValue: 0.2),
                MinimumExampleCountPerLeaf = 50,
                NumberOfThreads = context.Threads,
                Seed = context.Seed,
            }));
}
