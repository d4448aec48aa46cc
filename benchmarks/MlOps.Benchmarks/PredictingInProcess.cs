using Microsoft.ML;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>What does a typed predictor, which follows the registry, measures and may log, cost against a bare PredictionEngine? One caller, one flight at a time.</summary>
internal static class PredictingInProcess
{
    private const int Calls = 200_000; // more than the queue of the log holds, so that the log must keep pace

    private static readonly Side Bare = new("PredictionEngine", PredictBareAsync);
    private static readonly Target Target = new("at most 1.5", (_, ratio) => ratio <= 1.5);

    public static readonly Comparison[] Comparisons =
    [
        new("predict", "One prediction in process", new("IPredictor", () => PredictAsync(logs: false)), Bare, Target),
        new("predict-logged", "One prediction in process, logged to Parquet", new("IPredictor with its log", () => PredictAsync(logs: true)), Bare, Target),
    ];

    private static async Task<Measured> PredictAsync(bool logs)
    {
        using var folder = new TemporaryFolder();
        await FlightModel.PromoteAsync(folder.Path);
        var builder = new ServiceCollection().AddLogging().AddMlOpsCore(o => o.Folder = folder.Path)
            .UseSqlite().UseFileArtifacts().AddMLNet().AddModelRegistry().AddPredictor<Flight, DelayOutput>(FlightModel.Name);
        if (logs) builder.UseDuckDb().AddMonitoring();
        await using var services = builder.Services.BuildServiceProvider();
        var predictor = services.GetRequiredService<IPredictor<Flight, DelayOutput>>();
        return await Measured.PerCallAsync(Calls, async () => await predictor.PredictAsync(FlightModel.Example));
    }

    private static async Task<Measured> PredictBareAsync()
    {
        using var folder = new TemporaryFolder();
        await FlightModel.PromoteAsync(folder.Path);
        using var engine = new MLContext().Model.CreatePredictionEngine<Flight, DelayOutput>(await FlightModel.LoadBareAsync(folder.Path));
        return await Measured.PerCallAsync(Calls, () => engine.Predict(FlightModel.Example));
    }
}
