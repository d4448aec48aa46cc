using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Proposes what a schema says from what was seen.</summary>
internal static class SchemaInference
{
    private static readonly HashSet<string> TrueTexts = ["TRUE", "true", "True", "SET", "set", "1", "yes", "Y", ""];
    private static readonly HashSet<string> FalseTexts = ["FALSE", "false", "False", "CLEAR", "clear", "0", "no", "N"];

    public static DataSchema Infer(DatasetFacts facts, InferenceOptions options) => new(facts.Columns.Select(c => Infer(c, options)).OfType<ColumnSchema>());

    public static ColumnSchema? Infer(ColumnFacts facts, InferenceOptions options)
    {
        if (string.IsNullOrEmpty(facts.Name) || !ValueRules.IsType(facts.Kind)) return null;
        var column = new ColumnSchema(facts.Name, facts.Kind) { Lists = [.. facts.Levels.Select(_ => new CountRange())] };
        if (facts.Present == 0) return column;
        column = column with { Presence = PresenceOf(facts, options) };
        column = InferLists(column, facts, options);
        column = facts.Kind switch
        {
            ValueKind.Text => InferTexts(column, facts, options),
            ValueKind.Integer when facts is { Min: >= 0, Max: 1 } => column.ReadAs(ValueKind.Boolean),
            ValueKind.Integer or ValueKind.Real or ValueKind.Decimal => InferRange(column, facts, options),
            ValueKind.Date or ValueKind.Timestamp => InferTimes(column, facts, options),
            _ => column,
        };
        var isUnique = facts.Kind is ValueKind.Text or ValueKind.Integer && column.ReadsAs != ValueKind.Boolean && column.Domain is null && facts.Levels.Count == 0
            && facts.Present >= options.UniqueFrom && facts.Distinct is { IsExact: true } distinct && distinct.Value == facts.ValueCount;
        return isUnique ? column.Unique() : column;
    }

    /// <summary>Gives the lengths that lists of one level may have: the one that all have, else any but empty when none was empty.</summary>
    public static CountRange CountsOf(LevelFacts level) =>
        level.Min <= 0 ? new() : level.Min == level.Max ? new(level.Min, level.Max) : new(1);

    private static Presence PresenceOf(ColumnFacts facts, InferenceOptions options)
    {
        if (facts.Missing == 0) return Presence.Required;
        if (options.MissingSlack is not { } slack || double.IsNaN(facts.PresentShare)) return Presence.Somewhere;
        return new(Math.Max(0, Math.Floor((facts.PresentShare - slack) * 1000) / 1000), 1);
    }

    private static ColumnSchema InferLists(ColumnSchema column, ColumnFacts facts, InferenceOptions options)
    {
        var isFixed = facts.Levels.Count > 0 && facts.Missing == 0 && facts.Levels.All(l => l.Missing == 0 && l.Min == l.Max && l.Min > 0);
        column = column with { Lists = [.. facts.Levels.Select(CountsOf)] };
        return options.InfersShape && isFixed ? column with { Shape = [.. facts.Levels.Select(l => (int)Math.Min(int.MaxValue, l.Max))], Lists = null } : column;
    }

    private static ColumnSchema InferTexts(ColumnSchema column, ColumnFacts facts, InferenceOptions options)
    {
        if (facts.InvalidUtf8 > 0) return column;
        var areAllKnown = facts.Counts is not null && facts.UncountedValues == 0 && facts.Counts.Count > 0;
        if (areAllKnown && Booleans([.. facts.Counts!.Select(c => c.Key)]) is var (yes, no)) return column with { ReadsAs = ValueKind.Boolean, TrueText = yes, FalseText = no };
        var areIntegers = areAllKnown
            ? facts.Counts!.All(c => long.TryParse(c.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            : facts.LikeIntegers == facts.ValueCount && facts.LikeIntegers > 0;
        if (areIntegers) return column.ReadAs(ValueKind.Integer);
        return areAllKnown && !facts.HasCutTexts && facts.Counts!.Count <= options.DomainLimit ? column with { Domain = [.. facts.Counts.Select(c => c.Key).Order(StringComparer.Ordinal)] } : column;
    }

    private static (string? Yes, string? No)? Booleans(IReadOnlyList<string> values)
    {
        if (values.Count > 2) return null;
        var (yes, no) = (values.FirstOrDefault(TrueTexts.Contains), values.FirstOrDefault(FalseTexts.Contains));
        return (yes is null ? 0 : 1) + (no is null ? 0 : 1) == values.Count ? (yes, no) : null;
    }

    private static ColumnSchema InferRange(ColumnSchema column, ColumnFacts facts, InferenceOptions options)
    {
        if (options.RangeSlack is not { } slack || facts.Min is not { } min || facts.Max is not { } max || !double.IsFinite(min) || !double.IsFinite(max)) return column;
        var reach = (max - min) * slack;
        if (!double.IsFinite(reach)) return column;
        var (low, high) = (min - reach, max + reach);
        if (min >= 0) low = Math.Max(0, low); // what was never negative is not expected to become so
        if (max <= 0) high = Math.Min(0, high);
        return facts.Kind == ValueKind.Integer ? column.Between(Math.Floor(low), Math.Ceiling(high)) : column.Between(low, high);
    }

    private static ColumnSchema InferTimes(ColumnSchema column, ColumnFacts facts, InferenceOptions options)
    {
        if (options.RangeSlack is not { } slack || facts.Earliest is not { } earliest || facts.Latest is not { } latest) return column;
        var reach = (latest - earliest) * slack;
        return reach < earliest - DateTime.MinValue ? column.Between(DateTime.SpecifyKind((earliest - reach).Date, DateTimeKind.Utc), null) : column;
    }
}
