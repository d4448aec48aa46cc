using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>Flights of which one number says how probable a delay is, and a model that knows it.</summary>
internal static class BinaryFlights
{
    public const string Task = "binary-classification";

    public static readonly IReadOnlyList<TensorSpec> Outputs = [new("PredictedLabel", TensorType.Bool), new("Probability", TensorType.Float32)];

    public static Table Validation(int rows, int seed = 1, double noise = 0)
    {
        var random = new Random(seed);
        var x = Draw(random, rows);
        return new Table().Add("x", x).Add("carrier", Carriers(rows)).Add("y", x.Select(v => random.NextDouble() < (random.NextDouble() < noise ? 0.5 : Chance(v))));
    }

    public static IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs)
    {
        var x = ((Tensor<double>)inputs.Single(t => t.Name == "x")).Values;
        return [Tensor.Of("PredictedLabel", Array.ConvertAll(x, v => Chance(v) > 0.5)), Tensor.Of("Probability", Array.ConvertAll(x, v => (float)Chance(v)))];
    }

    /// <summary>Rows of the log.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="labelled">The share with a label.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="noise">The share of flights whose delay is a coin toss: the model has become worse.</param>
    /// <param name="day">The day of May.</param>
    /// <param name="version">The version that predicted.</param>
    /// <param name="narrow">Whether x lies near the middle, where delays are hard to tell.</param>
    public static Table Log(int rows, double labelled = 1, int seed = 2, double noise = 0, int day = 0, int version = 1, bool narrow = false)
    {
        var random = new Random(seed);
        var x = Draw(random, rows);
        if (narrow) x = Array.ConvertAll(x, v => v / 8);
        var truth = Array.ConvertAll(x, v => random.NextDouble() < (random.NextDouble() < noise ? 0.5 : Chance(v)) ? 1.0 : 0);
        return new Table()
            .Add("x", x)
            .Add("carrier", Carriers(rows))
            .Add("output.PredictedLabel", x.Select(v => Chance(v) > 0.5))
            .Add("output.Probability", x.Select(v => (double)(float)Chance(v)))
            .Add(PredictionColumns.Id, Enumerable.Range(0, rows).Select(i => (string?)$"{seed}-{day}-{i}"))
            .Add(PredictionColumns.Version, Enumerable.Repeat((long)version, rows))
            .Add(PredictionColumns.Time, Enumerable.Range(0, rows).Select(i => World.May.AddDays(day + ((double)i / rows))))
            .Add(PredictionColumns.Truth, truth.Select(t => random.NextDouble() < labelled ? t : (double?)null));
    }

    public static double Chance(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Draw(Random random, int rows) => [.. Enumerable.Range(0, rows).Select(_ => (8 * random.NextDouble()) - 4)];

    private static string?[] Carriers(int rows) => [.. Enumerable.Range(0, rows).Select(i => (string?)(i % 10 < 6 ? "AA" : i % 10 < 9 ? "UA" : "XX"))];
}
