using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Checks numbers and texts that stand for true and false.</summary>
internal static class BooleanChecks
{
    public static void Check(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        switch (facts.Kind)
        {
            case ValueKind.Integer:
                if (facts.Min < 0) Add(AnomalyKind.BooleanTooSmall, facts.Min);
                else if (facts.Max > 1) Add(AnomalyKind.BooleanTooBig, facts.Max);
                break;
            case ValueKind.Real:
                if (facts.Min is { } min and not (0 or 1)) Add(AnomalyKind.BooleanUnexpectedNumber, min);
                else if (facts.Max is { } max and not (0 or 1)) Add(AnomalyKind.BooleanUnexpectedNumber, max);
                else if (facts.NaN > 0) Add(AnomalyKind.BooleanUnexpectedNumber, double.NaN);
                else if (facts.NonBoolean is { } between) Add(AnomalyKind.BooleanUnexpectedNumber, between);
                break;
            case ValueKind.Text:
                CheckTexts(column, facts, found);
                break;
        }

        void Add(AnomalyKind kind, double? seen) => found.Add(kind, seen ?? double.NaN, null, $"Column '{column.Name}' stands for true and false, but has the value {Findings.Text(seen)}.",
            c => c with { ReadsAs = null, Range = facts.Min is { } low && facts.Max is { } high && double.IsFinite(low) && double.IsFinite(high) ? new(low, high) : null });
    }

    private static void CheckTexts(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        if (facts.Counts is not { } counts)
        {
            found.Add(AnomalyKind.NotMeasured, null, "two texts", $"Column '{column.Name}' holds two texts, but raw values were kept out of the profile.", Forget);
            return;
        }

        var other = counts.Select(c => c.Key).FirstOrDefault(v => v != column.TrueText && v != column.FalseText);
        if (other is null) return;
        var expected = string.Join(" or ", new[] { column.TrueText, column.FalseText }.Where(t => t is not null).Select(t => $"'{t}'"));
        found.Add(AnomalyKind.BooleanUnexpectedText, $"'{other}'", expected, $"Column '{column.Name}' has the value '{other}' instead of {expected}.", Forget);
    }

    private static ColumnSchema Forget(ColumnSchema column) => column with { ReadsAs = null, TrueText = null, FalseText = null };
}
