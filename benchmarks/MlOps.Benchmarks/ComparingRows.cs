using MlOps.Core;
using MlOps.Monitoring;
using MlOps.Testing;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to compare a million rows as wholes, against the covariance of their numbers alone; and to estimate losses without labels, against fitting trees to the same rows once?</summary>
/// <remarks>
/// One thread, rows in memory, processor time. Ours reads 1M training rows of 20 columns of numbers and 5 of categories, finds components, and gives every row of a window of 1M its reconstruction error, with the trees of the
/// classifier over the samples of 20,000 rows each where it says so; the baseline makes the textbook's two passes over the numbers of the window. Of losses, ours learns the absolute errors of 1M rows and estimates them for 1M others.
/// </remarks>
internal static class ComparingRows
{
    private const int Rows = 1_000_000;
    private static readonly Target NoTarget = new("none", (_, _) => true);

    public static readonly Comparison[] Comparisons =
    [
        new("rows-reconstruction-1m", "reconstruction error of 25 columns, 1M rows against 1M", new("reference and window", () => CompareAsync(classifier: false)), new("covariance in two passes", CovarianceAsync), NoTarget),
        new("rows-multivariate-1m", "the same with the classifier", new("reference and window", () => CompareAsync(classifier: true)), new("covariance in two passes", CovarianceAsync), NoTarget),
        new("losses-1m", "mean absolute error of 1M rows estimated without labels, learned from 1M others", new("learn and estimate", () => EstimateAsync(estimate: true)), new("LightGBM, fitted once", () => EstimateAsync(estimate: false)), new("at most 1.5", (_, ratio) => ratio <= 1.5)),
    ];

    private static async Task<Measured> CompareAsync(bool classifier)
    {
        var datasets = new InMemoryDatasetStore();
        var training = await datasets.WriteAsync("training", new("rows", "benchmark"), ReportingDrift.Draw(Rows, 1).ToAsyncEnumerable());
        var (window, options, monitor) = (ReportingDrift.Draw(Rows, 2).ToList(), new MultivariateOptions { Classifier = classifier }, new MonitorOptions());
        var columns = WatchedColumns.Of(training.Schema, training.Schema, monitor, options);
        return await Measured.SecondPassAsync(async () =>
        {
            var reference = await MultivariateReference.ReadAsync(datasets, training, columns, options, default);
            var (sample, errors, buffer) = (new RowSample(columns, options.SampleRows, options.VectorRows, 1), new ReconstructionErrors(reference.Edges), new double[reference.Encoder.Width]);
            foreach (var batch in window)
            {
                var encoded = reference.Encoder.Encode(batch, learn: false);
                sample.Add(batch, encoded);
                for (var row = 0; row < batch.Length; row++) errors.Add(reference.ErrorOf(encoded.AsSpan(row * buffer.Length, buffer.Length), buffer));
            }

            if (classifier) DomainClassifier.Separate(Trees(), reference.Encoder.ToColumns(reference.Sample.Rows, sample.Rows), reference.Sample.Rows.Count, options, default);
            if (errors.Moments.Count != Rows) throw new InvalidOperationException("A row has no error.");
        });
    }

    private static Task<Measured> CovarianceAsync()
    {
        var columns = Enumerable.Range(0, 20).Select(i => Numbers(Rows, i).ToArray()).ToArray();
        return Measured.SecondPassAsync(() =>
        {
            var means = Array.ConvertAll(columns, c => c.Average());
            var sum = 0.0;
            for (var i = 0; i < columns.Length; i++)
            {
                for (var j = i; j < columns.Length; j++)
                {
                    var (a, b, products) = (columns[i], columns[j], 0.0);
                    for (var row = 0; row < Rows; row++) products += (a[row] - means[i]) * (b[row] - means[j]);
                    sum += products / Rows;
                }
            }

            return double.IsFinite(sum) ? Task.CompletedTask : throw new InvalidOperationException("No covariance.");
        });
    }

    private static Task<Measured> EstimateAsync(bool estimate)
    {
        var features = Enumerable.Range(0, 10).Select(i => new TreeColumn($"x{i}", Numbers(Rows, i).Select(v => (float)v).ToArray())).ToArray();
        var predicted = Numbers(Rows, 10).ToArray();
        var truth = Numbers(Rows, 11).Select((noise, row) => predicted[row] + (noise * features[0].Values.Span[row])).ToArray();
        return Measured.CpuAsync(() =>
        {
            if (estimate)
            {
                using var loss = DirectLoss.Fit(Trees(), ["mae"], features, predicted, truth, folds: 0);
                loss.Estimate("mae", features, predicted, new double[Rows]);
            }
            else
            {
                TreeColumn[] all = [.. features, new("prediction", Array.ConvertAll(predicted, v => (float)v))];
                using var model = Trees().Fit(TreeTask.Regression, all, predicted.Zip(truth, (p, t) => (float)Math.Abs(p - t)).ToArray());
            }

            return Task.CompletedTask;
        });
    }

    internal static ITreeLearner Trees()
    {
        var services = new ServiceCollection();
        new MlOpsBuilder(services).AddTraining();
        return services.BuildServiceProvider().GetRequiredService<ITreeLearner>();
    }

    private static IEnumerable<double> Numbers(int rows, int seed)
    {
        var random = new Random(seed);
        for (var row = 0; row < rows; row++) yield return Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
