using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace MlOps.Training;

/// <summary>Reads every number of a metrics object.</summary>
internal static class MetricsReader
{
    private const int MaxClasses = 50;

    /// <summary>Reads the numbers.</summary>
    /// <returns>The numbers by name, and how many classes there are when they are too many to be listed.</returns>
    public static (SortedDictionary<string, double> Values, int? Classes) Read(object metrics)
    {
        var values = MetricNames.Read(metrics);
        int? tooMany = null;
        foreach (var property in metrics.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0) continue;
            var value = property.GetValue(metrics);
            switch (value)
            {
                case ConfusionMatrix { NumberOfClasses: > MaxClasses } matrix:
                    tooMany = matrix.NumberOfClasses;
                    break;
                case ConfusionMatrix matrix:
                    Add(values, matrix);
                    break;
                case IReadOnlyList<double> { Count: > MaxClasses } list:
                    tooMany = Math.Max(tooMany ?? 0, list.Count);
                    break;
                case IReadOnlyList<double> list:
                    for (var i = 0; i < list.Count; i++) values[string.Create(CultureInfo.InvariantCulture, $"{MetricNames.NameOf(property.Name)}.{i}")] = list[i];
                    break;
            }
        }

        return (values, tooMany);
    }

    private static void Add(SortedDictionary<string, double> values, ConfusionMatrix matrix)
    {
        for (var actual = 0; actual < matrix.NumberOfClasses; actual++)
        {
            values[string.Create(CultureInfo.InvariantCulture, $"per_class_precision.{actual}")] = matrix.PerClassPrecision[actual];
            values[string.Create(CultureInfo.InvariantCulture, $"per_class_recall.{actual}")] = matrix.PerClassRecall[actual];
            for (var predicted = 0; predicted < matrix.NumberOfClasses; predicted++)
                values[string.Create(CultureInfo.InvariantCulture, $"confusion.{actual}.{predicted}")] = matrix.Counts[actual][predicted];
        }
    }
}
