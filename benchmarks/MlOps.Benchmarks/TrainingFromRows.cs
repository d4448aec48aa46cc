using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;

namespace MlOps.Benchmarks;

/// <summary>What does training cost on three million flights straight from a snapshot against the same rows in a list, through LoadFromEnumerable?</summary>
/// <remarks>Ten boosted trees over a number and two hashed texts. Filling the list is not counted, although a list must be filled from somewhere and held in memory.</remarks>
internal static class TrainingFromRows
{
    public static readonly Comparison Comparison = new(
        "train",
        "Training ten trees on 3M rows, processor time",
        new("view of a snapshot", TrainOnSnapshotAsync),
        new("LoadFromEnumerable", TrainOnListAsync),
        new("at most 1.15", (_, ratio) => ratio <= 1.15));

    private static async Task<Measured> TrainOnSnapshotAsync()
    {
        await using var flights = await FlightsSnapshot.OpenAsync();
        return await Measured.CpuAsync(() => Train(new(seed: 1), flights.ToDataView()));
    }

    private static async Task<Measured> TrainOnListAsync()
    {
        await using var flights = await FlightsSnapshot.OpenAsync();
        var rows = new List<FlightRow>();
        await foreach (var row in flights.ReadRowsAsync<FlightRow>()) rows.Add(row);
        var ml = new MLContext(seed: 1);
        return await Measured.CpuAsync(() => Train(ml, ml.Data.LoadFromEnumerable(rows)));
    }

    private static Task Train(MLContext ml, IDataView rows)
    {
        var chain = ml.Transforms.Categorical.OneHotHashEncoding([new("from", "origin"), new("to", "destination")], numberOfBits: 4)
            .Append(ml.Transforms.Concatenate("Features", "distance", "from", "to"))
            .Append(ml.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options { LabelColumnName = "delay", NumberOfTrees = 10, NumberOfThreads = Environment.ProcessorCount }));
        chain.Fit(rows);
        return Task.CompletedTask;
    }

#pragma warning disable IDE1006, SA1300 // named as the columns, for ML.NET
    private sealed class FlightRow
    {
        public DateTime date { get; set; }

        public float delay { get; set; }

        public float distance { get; set; }

        public string origin { get; set; } = string.Empty;

        public string destination { get; set; } = string.Empty;
    }
#pragma warning restore IDE1006, SA1300
}
