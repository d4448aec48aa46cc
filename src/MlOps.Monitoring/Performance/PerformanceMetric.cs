namespace MlOps.Monitoring;

/// <summary>A metric as evaluation reports name it, and what it is called in the arithmetic.</summary>
/// <param name="Name">The name in reports.</param>
/// <param name="Figure">The name in <c>MlOps.Statistics</c>.</param>
/// <param name="IsHigherBetter">Whether more is better.</param>
/// <param name="Least">The least value it can have.</param>
/// <param name="Most">The largest.</param>
internal sealed record PerformanceMetric(string Name, string Figure, bool IsHigherBetter, double Least, double Most)
{
    public const string Binary = "binary-classification";
    public const string Multiclass = "multiclass-classification";
    public const string Regression = "regression";
    public const string BusinessValue = "business_value";
    public const string BusinessValuePerPrediction = "business_value_per_prediction";

    private static readonly PerformanceMetric[] Worth = [new(BusinessValue, BusinessValue, true, double.NegativeInfinity, double.PositiveInfinity), new(BusinessValuePerPrediction, BusinessValuePerPrediction, true, double.NegativeInfinity, double.PositiveInfinity)];

    private static readonly PerformanceMetric[] Orders =
        [Share("ndcg", "ndcg"), Share("map", "map"), Share("mrr", "mrr"), Share("hit_rate", "hit_rate"), Share("precision_at_k", "precision"), Share("recall_at_k", "recall")];

    private static readonly Dictionary<string, PerformanceMetric[]> Tasks = new(StringComparer.Ordinal)
    {
        [Binary] =
        [
            Share("auc", "roc_auc"), Share("f1_score", "f1"), Share("accuracy", "accuracy"), Share("auprc", "average_precision"), Share("positive_precision", "precision"),
            Share("positive_recall", "recall"), Share("negative_recall", "specificity"), .. Worth, .. Orders,
        ],
        [Multiclass] =
        [
            Share("micro_accuracy", "accuracy"), Share("auc", "roc_auc"), Share("f1_score", "f1"), Share("macro_accuracy", "recall"), Share("auprc", "average_precision"),
            Share("macro_precision", "precision"), Share("negative_recall", "specificity"), .. Worth,
        ],
        [Regression] = [Error("rmse"), Error("mae"), Error("mse"), Error("mape"), Error("rmsle"), Error("msle"), .. Orders],
    };

    public static IReadOnlyList<string> Names { get; } = [.. Tasks.Values.SelectMany(m => m).Select(m => m.Name).Distinct()];

    public static bool IsKnown(string name) => Names.Contains(name);

    public static bool IsRanking(string name) => Array.Exists(Orders, m => m.Name == name);

    public static bool NeedsValues(string name) => name is BusinessValue or BusinessValuePerPrediction;

    public static bool IsTask(string task) => Tasks.ContainsKey(task);

    /// <summary>Gives the metrics of a task that options ask for. Names that another task has are passed over.</summary>
    public static IReadOnlyList<PerformanceMetric> Of(string task, PerformanceOptions options)
    {
        var all = Tasks[task];
        if (options.Metrics.Count > 0) return [.. options.Metrics.Select(name => Array.Find(all, m => m.Name == name)).OfType<PerformanceMetric>()];
        var defaults = all.Take(task == Regression ? 2 : 3);
        if (options.Values.Count > 0) defaults = defaults.Concat(all.Where(m => NeedsValues(m.Name)));
        return [.. options.RankBy is null ? defaults : defaults.Concat(all.Where(m => m.Name == "ndcg"))];
    }

    private static PerformanceMetric Share(string name, string figure) => new(name, figure, true, 0, 1);

    private static PerformanceMetric Error(string name) => new(name, name, false, 0, double.PositiveInfinity);
}
