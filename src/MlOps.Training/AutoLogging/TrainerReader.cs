using System.Globalization;
using System.Reflection;
using Microsoft.ML;

namespace MlOps.Training;

/// <summary>Reads the hyperparameters of trainers.</summary>
internal static class TrainerReader
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int MaxNesting = 4;

    public static SortedDictionary<string, string> Read(IEstimator<ITransformer> estimator)
    {
        var estimators = ChainInspector.Estimators(estimator);
        var found = ChainInspector.Describe(estimators);
        foreach (var one in estimators) AddHidden(found, one, "trainer", 0);
        return found;
    }

    public static SortedDictionary<string, string> ReadOptions(object options)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ChainInspector.AddValues(found, string.Empty, options, depth: 0);
        return found;
    }

    // What a trainer without options keeps in fields of its own, and the trainer within a trainer.
    private static void AddHidden(SortedDictionary<string, string> found, object estimator, string prefix, int depth)
    {
        if (depth == MaxNesting || !IsTrainer(estimator.GetType())) return;
        found.TryAdd(prefix, ChainInspector.TypeName(estimator.GetType()));
        if (ChainInspector.OptionsOf(estimator) is { } options) ChainInspector.AddValues(found, prefix + ".", options, depth: 0);
        for (var type = estimator.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Any))
            {
                if (field.GetValue(estimator) is not { } value) continue;
                var name = $"{prefix}.{field.Name.TrimStart('_')}";
                if (IsTrainer(value.GetType())) AddHidden(found, value, $"{prefix}.inner", depth + 1);
                else if (!field.Name.Contains('<', StringComparison.Ordinal) && (value is bool or string or Enum || value.GetType().IsPrimitive) && !found.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
                    found[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            }
        }
    }

    private static bool IsTrainer(Type type) => type.Namespace?.StartsWith("Microsoft.ML", StringComparison.Ordinal) == true
        && (ChainInspector.TypeName(type).EndsWith("Trainer", StringComparison.Ordinal) || type.GetInterfaces().Any(i => i.Name.StartsWith("ITrainerEstimator", StringComparison.Ordinal)));
}
