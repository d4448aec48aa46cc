using System.Reflection;
using System.Text.RegularExpressions;

namespace MlOps.Training;

/// <summary>What ML.NET's metrics are called in records and gates.</summary>
internal static partial class MetricNames
{
    /// <summary>Of several classes: the share of rows whose label is none of the learned ones. ML.NET leaves such rows out of all other metrics.</summary>
    public const string UnknownLabels = "unknown_label_share";

    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["AreaUnderRocCurve"] = "auc",
        ["AreaUnderPrecisionRecallCurve"] = "auprc",
        ["RootMeanSquaredError"] = "rmse",
        ["MeanSquaredError"] = "mse",
        ["MeanAbsoluteError"] = "mae",
        ["LossFunction"] = "loss",
    };

    private static readonly HashSet<string> Errors = new(StringComparer.Ordinal) { "rmse", "mse", "mae", "loss", "log_loss", "entropy", UnknownLabels };

    /// <summary>Says whether a smaller value is better.</summary>
    public static bool IsError(string metric) => Errors.Contains(metric);

    /// <summary>Reads every number of a metrics object, in snake case: AUC is auc, F1Score is f1_score.</summary>
    public static SortedDictionary<string, double> Read(object metrics)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var property in metrics.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.PropertyType == typeof(double)) values[NameOf(property.Name)] = (double)property.GetValue(metrics)!;
        }

        return values;
    }

    public static string NameOf(string property) => Short.GetValueOrDefault(property) ?? WordStart().Replace(property, "_$0").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])")]
    private static partial Regex WordStart();
}
