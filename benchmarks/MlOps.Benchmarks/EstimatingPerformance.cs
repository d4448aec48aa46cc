using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>What does the performance of a million predictions cost, estimated without labels and known from them, against a sorted copy of the rows; and what does a detector of change cost for one value?</summary>
/// <remarks>One thread, rows in memory, processor time of a pass. Ours keeps bins from its 20,000th row on and takes each row once; the baseline holds all rows. A detector stands beside the running mean of the same values.</remarks>
internal static class EstimatingPerformance
{
    private const int Rows = 1_000_000;

    private static readonly Target NoTarget = new("none", (_, _) => true);
    private static readonly Target NotSlower = new("at most 1", (_, ratio) => ratio <= 1);

    private static readonly (string Name, Func<ChangeDetector> Create)[] Detectors =
    [
        ("adwin", () => new Adwin()), ("page-hinkley", () => new PageHinkley()), ("kswin", () => new Kswin()), ("ddm", () => new Ddm()), ("eddm", () => new Eddm()),
        ("hddm-a", () => new HddmA()), ("hddm-w", () => new HddmW()), ("cusum", () => new Cusum()), ("ewma", () => new Ewma()), ("shewhart", () => new Shewhart()),
    ];

    public static readonly Comparison[] Comparisons =
    [
        new("performance-estimated", "auc, f1 and accuracy of 1M predictions estimated without labels (CBPE)", new("bins", () => TallyAsync(estimated: true)), new("a sorted copy", () => SortAsync(estimated: true)), NotSlower),
        new("performance-realized", "the same known from labels", new("bins", () => TallyAsync(estimated: false)), new("a sorted copy", () => SortAsync(estimated: false)), NotSlower),
        .. Detectors.Select(d => new Comparison($"detector-{d.Name}", $"one value of {d.Name}", new("detector", () => DetectAsync(d.Create)), new("running mean", MeanAsync), NoTarget)),
    ];

    private static Task<Measured> TallyAsync(bool estimated)
    {
        var (scores, predicted, truth, calibration) = Draw();
        return Measured.WarmPassAsync(() =>
        {
            var tally = new BinaryTally();
            for (var i = 0; i < scores.Length; i++) tally.Add(scores[i], predicted[i], estimated ? calibration.At(scores[i]) : double.NaN, estimated ? double.NaN : truth[i]);
            Keep(estimated ? tally.Estimate() : tally.Realize());
            return Task.CompletedTask;
        });
    }

    private static Task<Measured> SortAsync(bool estimated)
    {
        var (scores, predicted, truth, calibration) = Draw();
        return Measured.WarmPassAsync(() =>
        {
            Keep(BinaryPerformance.Of(scores, predicted, estimated ? Array.ConvertAll(scores, calibration.At) : truth));
            return Task.CompletedTask;
        });
    }

    private static Task<Measured> DetectAsync(Func<ChangeDetector> create) => PerValueAsync(values =>
    {
        var detector = create();
        foreach (var value in values) detector.Add(value);
        return detector.Count;
    });

    private static Task<Measured> MeanAsync() => PerValueAsync(values =>
    {
        var moments = default(RunningMoments);
        foreach (var value in values) moments = moments.With(value);
        return moments.Mean;
    });

    // Errors of a model that is wrong in every fifth case and does not change, which every detector takes.
    private static Task<Measured> PerValueAsync(Func<double[], double> pass)
    {
        var random = new Random(20010501);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble() < 0.2 ? 1.0 : 0).ToArray();
        return Measured.PerValueAsync(values.Length, () => GC.KeepAlive(pass(values)));
    }

    private static void Keep(BinaryPerformance performance)
    {
        if (double.IsNaN(performance.RocAuc)) throw new InvalidOperationException("There is no area.");
    }

    private static (double[] Scores, double[] Predicted, double[] Truth, IsotonicRegression Calibration) Draw()
    {
        var random = new Random(20010501);
        var scores = Enumerable.Range(0, Rows).Select(_ => (double)(float)random.NextDouble()).ToArray();
        var truth = Array.ConvertAll(scores, s => random.NextDouble() < s * s ? 1.0 : 0);
        return (scores, Array.ConvertAll(scores, s => s > 0.5 ? 1.0 : 0), truth, IsotonicRegression.Fit(scores.AsSpan(0, 20_000), truth.AsSpan(0, 20_000)));
    }
}
