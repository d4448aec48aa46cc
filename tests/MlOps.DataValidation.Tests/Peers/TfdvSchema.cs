using System.Text.Json;
using MlOps.DataValidation;
using MlOps.Statistics;

namespace MlOps.Peers;

/// <summary>TFDV's schemas as ours. What ours refuses is kept as problems of the column, as TFDV does.</summary>
internal sealed class TfdvSchema
{
    private const string NoEnvironment = "(no default environment)";

    private TfdvSchema(DataSchema schema, IReadOnlyList<SchemaProblem> problems, IReadOnlySet<string> broken) => (Schema, Problems, Broken) = (schema, problems, broken);

    public DataSchema Schema { get; }

    public IReadOnlyList<SchemaProblem> Problems { get; }

    /// <summary>The columns of which nothing is left.</summary>
    public IReadOnlySet<string> Broken { get; }

    public static TfdvSchema Read(JsonElement json)
    {
        var problems = new List<SchemaProblem>();
        var broken = new HashSet<string>();
        var columns = new List<ColumnSchema>();
        foreach (var feature in Items(json, "feature"))
        {
            var column = Column(feature, json, problems);
            if (SchemaRules.Repair(column, problems) is { } usable) columns.Add(usable);
            else broken.Add(column.Name);
        }

        var environments = Texts(json, "default_environment");
        return new(new DataSchema(columns) { DefaultEnvironments = environments.Length == 0 ? [NoEnvironment] : environments, Rows = Rows(json) }, problems, broken);
    }

    /// <summary>A single domain, as the schema of a column.</summary>
    public static ColumnSchema Domain(string kind, JsonElement domain, string type)
    {
        var column = new ColumnSchema("x", type switch { "FLOAT" => ValueKind.Real, "STRING" or "BYTES" => ValueKind.Text, _ => ValueKind.Integer }) { Lists = null };
        column = kind switch
        {
            "IntDomain" => WithIntegers(column, domain),
            "FloatDomain" => WithReals(column, domain),
            "BoolDomain" => WithBooleans(column, domain),
            "StringDomain" => column with { Domain = Texts(domain, "value") },
            _ => throw new NotSupportedException($"A domain of the kind {kind}."),
        };
        return SchemaRules.Repair(column, [])!;
    }

    private static ColumnSchema Column(JsonElement feature, JsonElement schema, List<SchemaProblem> problems)
    {
        var name = Text(feature, "name") ?? "";
        var type = Text(feature, "type") switch { "FLOAT" => ValueKind.Real, "INT" => ValueKind.Integer, "BYTES" => ValueKind.Text, _ => ValueKind.Unknown };
        var column = new ColumnSchema(name, type)
        {
            Presence = feature.TryGetProperty("presence", out var presence) ? new(Number(presence, "min_fraction") ?? 0, (long)(Number(presence, "min_count") ?? 0)) : Presence.Optional,
            Lists = feature.TryGetProperty("value_count", out var count) ? [Counts(count)] : feature.TryGetProperty("value_counts", out var counts) ? [.. Items(counts, "value_count").Select(Counts)] : null,
            Shape = feature.TryGetProperty("shape", out var shape) ? [.. Items(shape, "dim").Select(d => (int)(Number(d, "size") ?? 1))] : null,
            Distinct = feature.TryGetProperty("unique_constraints", out var unique) ? new((long)(Number(unique, "min") ?? 0), (long)(Number(unique, "max") ?? 0)) : null,
            Lifecycle = Text(feature, "lifecycle_stage") switch
            {
                "DEPRECATED" => LifecycleStage.Deprecated,
                "PLANNED" => LifecycleStage.Planned,
                "ALPHA" => LifecycleStage.Alpha,
                "DEBUG_ONLY" => LifecycleStage.Debug,
                "BETA" => LifecycleStage.Beta,
                _ => feature.TryGetProperty("deprecated", out var deprecated) && deprecated.GetBoolean() ? LifecycleStage.Deprecated : LifecycleStage.Production,
            },
            InEnvironments = Texts(feature, "in_environment"),
            NotInEnvironments = Texts(feature, "not_in_environment"),
            Drift = Comparator(feature, "drift_comparator"),
            Skew = Comparator(feature, "skew_comparator"),
            MinDomainMass = feature.TryGetProperty("distribution_constraints", out var constraints) ? Number(constraints, "min_domain_mass") ?? 1 : null,
        };
        if (feature.TryGetProperty("int_domain", out var integers)) column = WithIntegers(column, integers);
        if (feature.TryGetProperty("float_domain", out var reals)) column = WithReals(column, reals);
        if (feature.TryGetProperty("bool_domain", out var booleans)) column = WithBooleans(column, booleans);
        if (feature.TryGetProperty("string_domain", out var texts)) column = column with { Domain = Texts(texts, "value") };
        if (Text(feature, "domain") is not { } named) return column;
        var found = Items(schema, "string_domain").FirstOrDefault(d => Text(d, "name") == named);
        if (found.ValueKind == JsonValueKind.Object) return column with { Domain = Texts(found, "value") };
        problems.Add(new(AnomalyKind.InvalidDomain, name, $"There is no domain {named}."));
        return column with { MinDomainMass = null };
    }

    private static ColumnSchema WithIntegers(ColumnSchema column, JsonElement domain) => column with
    {
        ReadsAs = column.Type == ValueKind.Integer ? null : ValueKind.Integer,
        Range = Range(domain),
        IsCategorical = column.Type == ValueKind.Integer && domain.TryGetProperty("is_categorical", out var categorical) && categorical.ValueKind == JsonValueKind.True,
    };

    private static ColumnSchema WithReals(ColumnSchema column, JsonElement domain) => column with
    {
        ReadsAs = column.Type == ValueKind.Real ? null : ValueKind.Real,
        Range = Range(domain),
        AllowsNaN = !(domain.TryGetProperty("disallow_nan", out var nan) && nan.GetBoolean()),
        AllowsInfinity = !(domain.TryGetProperty("disallow_inf", out var inf) && inf.GetBoolean()),
    };

    private static ColumnSchema WithBooleans(ColumnSchema column, JsonElement domain) =>
        column with { ReadsAs = ValueKind.Boolean, TrueText = Text(domain, "true_value"), FalseText = Text(domain, "false_value") };

    private static NumericRange? Range(JsonElement domain) => (Finite(Number(domain, "min")), Finite(Number(domain, "max"))) is var (min, max) && (min ?? max) is not null ? new(min, max) : null;

    private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? value : null;

    private static CountRange Counts(JsonElement count) => new((long)(Number(count, "min") ?? 0), (long?)Number(count, "max"));

    private static Comparator? Comparator(JsonElement feature, string name)
    {
        if (!feature.TryGetProperty(name, out var json)) return null;
        var comparator = new Comparator { LInfinity = Threshold("infinity_norm"), JensenShannon = Threshold("jensen_shannon_divergence"), NormalizedDifference = Threshold("normalized_abs_difference") };
        return comparator == new Comparator() ? null : comparator;

        double? Threshold(string measure) => json.TryGetProperty(measure, out var found) ? Number(found, "threshold") : null;
    }

    private static RowLimits Rows(JsonElement schema)
    {
        if (!schema.TryGetProperty("dataset_constraints", out var limits)) return RowLimits.None;
        return new((long?)Number(limits, "min_examples_count"), (long?)Number(limits, "max_examples_count"), Ratio("num_examples_drift_comparator"), Ratio("num_examples_version_comparator"));

        NumericRange? Ratio(string name) => limits.TryGetProperty(name, out var ratio) ? new(Number(ratio, "min_fraction_threshold"), Number(ratio, "max_fraction_threshold")) : null;
    }

    internal static IEnumerable<JsonElement> Items(JsonElement json, string name) => json.TryGetProperty(name, out var items) ? items.EnumerateArray() : [];

    internal static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    internal static double? Number(JsonElement json, string name) => json.TryGetProperty(name, out var number) ? Oracles.Number(number) : null;

    internal static string[] Texts(JsonElement json, string name) => [.. Items(json, name).Select(t => t.GetString()!)];
}
