using System.Globalization;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Monitoring;
using MlOps.Statistics;
using MlOps.Testing;
using Column = MlOps.Core.Column;

namespace MlOps.Benchmarks;

/// <summary>How often do the comparisons of rows as wholes alarm on data that have not changed? Seeded; each by its own chance at 5 %, with no least size of a change.</summary>
/// <remarks>Six columns of numbers that go together, of which two have heavy tails and one whole numbers, and two of 4 and 40 categories; vectors of 16 numbers with heavy tails.</remarks>
internal static class RowsOnNothing
{
    private const double Level = 0.05;
    private const int Width = 16;
    private static readonly (int Training, int Window)[] Sizes = [(100, 100), (1000, 100), (300, 1000), (1000, 1000), (10_000, 300), (10_000, 1000)];
    private static readonly int[] Categories = [4, 40];

    public static void Run()
    {
        Console.WriteLine();
        Console.WriteLine("### Rows as wholes");
        Console.WriteLine();
        Console.WriteLine("| training rows, window | reconstruction error | trees | vectors |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (training, window) in Sizes.Where(s => s.Training <= FalseAlarmStudy.MostRows))
        {
            string[] cells =
            [
                Cell(training, window, 1000, ReconstructionAsync),
                Cell(training, window, 400, TreesAsync),
                Cell(training, window, 400, Vectors),
            ];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {training:N0}, {window:N0} | {string.Join(" | ", cells)} |"));
        }
    }

    private static string Cell(int training, int window, int reports, Func<int, int, Draws, Task<double>> chanceOf)
    {
        var alarms = 0;
        Parallel.For(0, reports, i =>
        {
            var chance = chanceOf(training, window, new(((ulong)training << 40) + ((ulong)window << 20) + (ulong)i)).GetAwaiter().GetResult();
            if (chance <= Level) Interlocked.Increment(ref alarms);
        });
        return FalseAlarmStudy.Share(alarms, reports);
    }

    private static async Task<double> ReconstructionAsync(int training, int window, Draws draws)
    {
        var (reference, rows, _) = await FitAsync(training, window, draws, new() { Classifier = false });
        var (errors, buffer) = (new ReconstructionErrors(reference.Edges), new double[reference.Encoder.Width]);
        var encoded = reference.Encoder.Encode(rows, learn: false);
        for (var row = 0; row < rows.Length; row++) errors.Add(reference.ErrorOf(encoded.AsSpan(row * buffer.Length, buffer.Length), buffer));
        return SeparationTest.OfCounts(reference.Errors.Counts, errors.Counts).PValue;
    }

    private static async Task<double> TreesAsync(int training, int window, Draws draws)
    {
        var options = new MultivariateOptions { Reconstruction = false };
        var (reference, rows, columns) = await FitAsync(training, window, draws, options);
        var sample = new RowSample(columns, options.SampleRows, options.VectorRows, 1);
        sample.Add(rows, reference.Encoder.Encode(rows, learn: false));
        return DomainClassifier.Separate(ComparingRows.Trees(), reference.Encoder.ToColumns(reference.Sample.Rows, sample.Rows), reference.Sample.Rows.Count, options, default).Separation.PValue;
    }

    // As many vectors of the training data are kept as a monitor keeps.
    private static Task<double> Vectors(int training, int window, Draws draws)
    {
        double[] Draw(int rows) => [.. Enumerable.Range(0, rows * Width).Select(_ => draws.Normal() / Math.Sqrt(0.05 + draws.Uniform()))];
        return Task.FromResult(MeanDiscrepancy.Test(Draw(Math.Min(training, new MultivariateOptions().VectorRows)), Draw(window), Width, new() { Permutations = 199 }).PValue);
    }

    private static async Task<(MultivariateReference Reference, RecordBatch Window, WatchedColumns Columns)> FitAsync(int training, int window, Draws draws, MultivariateOptions options)
    {
        var datasets = new InMemoryDatasetStore();
        var dataset = await datasets.WriteAsync("training", new("rows", "study"), new[] { Draw(training, draws) }.ToAsyncEnumerable());
        var columns = WatchedColumns.Of(dataset.Schema, dataset.Schema, new(), options);
        return (await MultivariateReference.ReadAsync(datasets, dataset, columns, options, default), Draw(window, draws), columns);
    }

    private static RecordBatch Draw(int rows, Draws draws)
    {
        const int Numbers = 6;
        var numbers = Enumerable.Range(0, Numbers).Select(_ => new DoubleArray.Builder().Reserve(rows)).ToArray();
        var texts = Categories.Select(_ => new StringArray.Builder().Reserve(rows)).ToArray();
        for (var row = 0; row < rows; row++)
        {
            var common = draws.Normal();
            for (var i = 0; i < Numbers; i++)
            {
                var value = common + draws.Normal();
                numbers[i].Append(i < 2 ? value / Math.Max(1e-3, draws.Uniform()) : i == 2 ? Math.Round(3 * value) : value);
            }

            for (var i = 0; i < texts.Length; i++) texts[i].Append($"c{(int)(Categories[i] * Math.Pow(draws.Uniform(), 2))}");
        }

        var schema = new DatasetSchema([.. numbers.Select((_, i) => new Column($"n{i}", ColumnType.Float64)), .. texts.Select((_, i) => new Column($"c{i}", ColumnType.String))]);
        return new(schema.ToArrow(), [.. numbers.Select(n => (IArrowArray)n.Build()), .. texts.Select(t => t.Build())], rows);
    }
}
