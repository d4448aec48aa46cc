using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.Training;

/// <summary>Reads what a chain of estimators consists of. ML.NET has no public way to ask, so what cannot be read is left out.</summary>
internal static class ChainInspector
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Gives the estimators of a chain, in order.</summary>
    public static IReadOnlyList<object> Estimators(object estimator) => Member(estimator, "_estimators") is IEnumerable chain && IsChain(estimator)
        ? [.. chain.Cast<object>().SelectMany(Estimators)]
        : [estimator];

    /// <summary>Gives the column that the last trainer takes as its label.</summary>
    public static string? LabelColumn(IEnumerable<object> estimators) => ColumnName(estimators, "LabelColumn");

    /// <summary>Gives the column that the last trainer takes as its features.</summary>
    public static string? FeatureColumn(IEnumerable<object> estimators) => ColumnName(estimators, "FeatureColumn");

    /// <summary>Gives the names of the estimators and the options of the trainers.</summary>
    public static SortedDictionary<string, string> Describe(IReadOnlyList<object> estimators)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["chain"] = string.Join(" > ", estimators.Select(e => TypeName(e.GetType()))) };
        foreach (var estimator in estimators)
        {
            if (OptionsOf(estimator) is not { } options) continue;
            found["trainer"] = TypeName(estimator.GetType());
            AddValues(found, "trainer.", options, depth: 0);
        }

        return found;
    }

    private static bool IsChain(object estimator) => estimator.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(EstimatorChain<>);

    private static string? ColumnName(IEnumerable<object> estimators, string member) =>
        estimators.Select(e => Member(e, member)).OfType<SchemaShape.Column>().Select(c => c.Name).LastOrDefault(name => !string.IsNullOrEmpty(name));

    internal static object? OptionsOf(object estimator)
    {
        for (var type = estimator.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Any))
            {
                if (IsOptions(field.FieldType) && field.GetValue(estimator) is { } options) return options;
            }
        }

        return null;
    }

    private static bool IsOptions(Type? type) =>
        type is not null && type.IsClass && (type.Name is "Options" or "OptionsBase" || typeof(Microsoft.ML.Trainers.TrainerInputBase).IsAssignableFrom(type));

    internal static void AddValues(SortedDictionary<string, string> found, string prefix, object options, int depth)
    {
        const BindingFlags visible = BindingFlags.Instance | BindingFlags.Public;
        var fields = options.GetType().GetFields(visible).Select(f => (f.Name, Value: f.GetValue(options)));
        var properties = options.GetType().GetProperties(visible).Where(p => p.CanRead && p.CanWrite && p.GetIndexParameters().Length == 0).Select(p => (p.Name, Value: p.GetValue(options)));
        foreach (var (name, value) in fields.Concat(properties))
        {
            if (value is null or Delegate) continue;
            if (value is string or bool or Enum || value.GetType().IsPrimitive) found[prefix + name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            else if (depth < 2 && value.GetType() is { IsClass: true } type && type.Namespace?.StartsWith("Microsoft.ML", StringComparison.Ordinal) == true)
                AddValues(found, $"{prefix}{name}.", value, depth + 1);
        }
    }

    private static object? Member(object owner, string name)
    {
        for (var type = owner.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            if (type.GetField(name, Any) is { } field) return field.GetValue(owner);
        }

        return null;
    }

    internal static string TypeName(Type type) => type.Name.Split('`')[0];
}
