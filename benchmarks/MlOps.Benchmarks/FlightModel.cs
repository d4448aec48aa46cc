using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using MlOps.Core;
using MlOps.Data;
using MlOps.Training;

namespace MlOps.Benchmarks;

/// <summary>A flight, for both sides: ML.NET reads the names of the columns from the attributes.</summary>
public sealed class Flight
{
    [ColumnName("hour")]
    public float Hour { get; set; }

    [ColumnName("weekday")]
    public float Weekday { get; set; }

    [ColumnName("distance")]
    public float Distance { get; set; }

    [ColumnName("latitude")]
    public float Latitude { get; set; }

    [ColumnName("longitude")]
    public float Longitude { get; set; }

    [ColumnName("delayed")]
    public bool Delayed { get; set; }
}

public sealed class DelayOutput
{
    public bool PredictedLabel { get; set; }

    public float Probability { get; set; }

    public float Score { get; set; }
}

/// <summary>The model that both sides predict with: 80 boosted trees of 20 leaves over five numbers, as in the sample of the repository.</summary>
internal static class FlightModel
{
    public const string Name = "flight-delay";

    public static Flight Example { get; } = new() { Hour = 17, Weekday = 5, Distance = 733, Latitude = 41.98f, Longitude = -87.9f };

    /// <summary>Trains and promotes the model with the embedded defaults in a folder, where hosts then find it.</summary>
    public static async Task PromoteAsync(string folder)
    {
        await using var services = new ServiceCollection().AddLogging().AddMlOps(o => o.Folder = folder).AddPipeline<FlightPipeline>(Name).Services.BuildServiceProvider();
        await services.GetRequiredService<IPipelineRunner>().RunAsync(Name);
    }

    /// <summary>Takes the model of ML.NET out of its bundle.</summary>
    public static async Task<ITransformer> LoadBareAsync(string folder)
    {
        await using var services = new ServiceCollection().AddLogging().AddMlOpsCore(o => o.Folder = folder).UseSqlite().UseFileArtifacts().Services.BuildServiceProvider();
        var champion = (await services.GetRequiredService<IModelRegistry>().FindByAliasAsync(Name, ModelNames.Champion))!;
        using var bundle = await services.GetRequiredService<IArtifactStore>().OpenAsync(champion.RequireBundle().Artifact.Digest);
        var zip = BundleFile.Read(bundle, Name).Parts[BundleFile.ModelPart];
        return new MLContext().Model.Load(new MemoryStream(zip), out _);
    }

    private sealed class FlightPipeline : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline) => pipeline
            .Acquire(Source.Rows(Flights(20_000)), "flights")
            .SplitByHash("distance", 0.7, 0.15, 0.15)
            .Train<DelayTrainer>(Name)
            .Evaluate(gate => gate.AtLeast("auc", 0.5))
            .Accept(gate => gate.AtLeast("auc", 0.5))
            .Register()
            .Promote();

        private static IEnumerable<Flight> Flights(int count)
        {
            var random = new Random(1);
            for (var i = 0; i < count; i++)
            {
                var flight = new Flight
                {
                    Hour = random.Next(24),
                    Weekday = random.Next(7),
                    Distance = random.Next(50, 3000),
                    Latitude = 25 + (random.NextSingle() * 23),
                    Longitude = -122 + (random.NextSingle() * 50),
                };
                flight.Delayed = random.NextSingle() < 0.1f + (flight.Hour / 60) + (flight.Latitude > 40 ? 0.15f : 0);
                yield return flight;
            }
        }
    }

    private sealed class DelayTrainer : Trainer
    {
        public override LearningTask Task => LearningTask.BinaryClassification;

        public override string Label => "delayed";

        public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) => ml.Transforms
            .Concatenate("Features", "hour", "weekday", "distance", "latitude", "longitude")
            .Append(ml.BinaryClassification.Trainers.FastTree(
                new FastTreeBinaryTrainer.Options { LabelColumnName = Label, NumberOfTrees = 80, NumberOfLeaves = 20, NumberOfThreads = context.Threads, Seed = context.Seed }));
    }
}
