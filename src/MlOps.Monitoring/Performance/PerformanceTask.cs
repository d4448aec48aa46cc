using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>What a model does, and how it is measured.</summary>
internal sealed class PerformanceTask
{
    private readonly IReadOnlyList<string> _losses;

    public PerformanceTask(BundleManifest manifest, PerformanceOptions options)
    {
        (Name, Options) = (manifest.Task, options);
        Outputs = new(manifest, options);
        var wanted = PerformanceMetric.Of(Name, options);
        Metrics = [.. wanted.Where(m => !PerformanceMetric.IsRanking(m.Name))];
        Orders = [.. wanted.Where(m => PerformanceMetric.IsRanking(m.Name))];
        _losses = Name == PerformanceMetric.Regression ? [.. Metrics.Select(m => m.Figure)] : [];
        BinaryWorth = new(WorthOf("false", "false"), WorthOf("true", "false"), WorthOf("false", "true"), WorthOf("true", "true"));
    }

    public string Name { get; }

    public PerformanceOptions Options { get; }

    public OutputReader Outputs { get; }

    /// <summary>Gets the metrics of single rows.</summary>
    public IReadOnlyList<PerformanceMetric> Metrics { get; }

    /// <summary>Gets the metrics of the order of rows in their groups.</summary>
    public IReadOnlyList<PerformanceMetric> Orders { get; }

    /// <summary>Gets the figures of a regression whose losses are collected.</summary>
    public IReadOnlyList<string> Losses => _losses;

    public IReadOnlyList<string> Classes => Outputs.Classes ?? [];

    public BusinessValue BinaryWorth { get; }

    /// <summary>Gets what a prediction is worth, by the places of the predicted and of the true class.</summary>
    public double[,] Worth
    {
        get
        {
            var classes = Classes;
            if (field is not null && field.GetLength(0) == classes.Count) return field;
            var worth = new double[classes.Count, classes.Count];
            for (var p = 0; p < classes.Count; p++)
            {
                for (var t = 0; t < classes.Count; t++) worth[p, t] = WorthOf(classes[p], classes[t]);
            }

            return field = worth;
        }
    }

    /// <summary>Begins to collect.</summary>
    public PerformanceTally Create(int exactRows) => Name switch
    {
        PerformanceMetric.Binary => new BinaryPerformanceTally(BinaryWorth, exactRows),
        PerformanceMetric.Multiclass => new MulticlassPerformanceTally(Worth, exactRows),
        _ => new RegressionPerformanceTally(_losses),
    };

    private double WorthOf(string predicted, string truth) => Options.Values.FirstOrDefault(v => v.Predicted == predicted && v.Truth == truth)?.Value ?? 0;
}
