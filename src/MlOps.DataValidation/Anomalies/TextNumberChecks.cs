using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Checks texts that read as numbers. With more different texts than a profile counts exactly the frequent ones and the forms of all are looked at; the check of rows looks at each.</summary>
internal static class TextNumberChecks
{
    public static void Check(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        var isInteger = column.ReadsAs == ValueKind.Integer;
        if (facts.Kind == column.ReadsAs)
        {
            ValueChecks.CheckRange(column, facts.Min, facts.Max, isInteger, found); // the type was wrong, and that is said
            return;
        }

        if (facts.Kind != ValueKind.Text) return;
        double? min = null, max = null;
        long nan = 0, infinite = 0;
        foreach (var (text, count) in facts.Counts ?? [])
        {
            if (!TryRead(text, isInteger, out var number))
            {
                AddWrong(column, $"'{text}'", isInteger, found);
                return;
            }

            if (double.IsNaN(number)) nan += (long)Math.Max(1, count);
            else
            {
                if (double.IsInfinity(number)) infinite++;
                (min, max) = (Math.Min(min ?? number, number), Math.Max(max ?? number, number));
            }
        }

        var isKnown = facts.Counts is not null && facts.UncountedValues == 0;
        var unlike = facts.ValueCount - (facts.LikeIntegers ?? 0) - (isInteger ? 0 : facts.LikeReals ?? 0) - nan - infinite;
        if (!isKnown && facts.LikeIntegers is not null && unlike > 0)
        {
            AddWrong(column, $"{Findings.Text(unlike)} texts", isInteger, found);
            return;
        }

        if (facts.Counts is null && column.Range is not null)
            found.Add(AnomalyKind.NotMeasured, null, "numbers in a range", $"Column '{column.Name}' has a range, but raw values were kept out of the profile.", c => c with { Range = null });
        ValueChecks.CheckRange(column, min, max, isInteger, found);
        if (!column.AllowsNaN && nan > 0) found.Add(AnomalyKind.HasNaN, $"{nan} NaN", "no NaN", $"Column '{column.Name}' has {nan} texts that read as NaN.", c => c with { AllowsNaN = true });
        if (!column.AllowsInfinity && infinite > 0) found.Add(AnomalyKind.HasInfinity, "infinities", "finite numbers", $"Column '{column.Name}' has texts that read as infinite.", c => c with { AllowsInfinity = true });
    }

    /// <summary>Reads a number, also one that is called nan, inf or infinity in any case.</summary>
    public static bool TryReal(ReadOnlySpan<char> text, out double number)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return true;
        var sign = text.Length > 0 && text[0] == '-' ? -1 : 1;
        var name = text.TrimStart("+-");
        number = name.Equals("nan", StringComparison.OrdinalIgnoreCase) ? double.NaN : sign * double.PositiveInfinity;
        return double.IsNaN(number) || name.Equals("inf", StringComparison.OrdinalIgnoreCase) || name.Equals("infinity", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryRead(string text, bool isInteger, out double number)
    {
        if (!isInteger) return TryReal(text.AsSpan().Trim(), out number);
        var isRead = long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole);
        number = whole;
        return isRead;
    }

    private static void AddWrong(ColumnSchema column, string seen, bool isInteger, Findings found) => found.Add(
        isInteger ? AnomalyKind.TextNotInteger : AnomalyKind.TextNotNumber, seen, isInteger ? "integers" : "numbers",
        $"Column '{column.Name}' should hold texts that read as {(isInteger ? "integers" : "numbers")}, but has {seen}.",
        c => c with { ReadsAs = null, Range = null, AllowsNaN = true, AllowsInfinity = true });
}
