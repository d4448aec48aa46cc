using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Checks the values of a column: domain, range, NaN and infinities, times.</summary>
internal static class ValueChecks
{
    public static void Check(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        if (column.Domain is { } domain) CheckDomain(column, domain, facts, found);
        var reading = column.ReadsAs ?? column.Type;
        if (reading == ValueKind.Boolean && column.ReadsAs is not null) BooleanChecks.Check(column, facts, found);
        else if (column.Type == ValueKind.Text && column.ReadsAs is not null) TextNumberChecks.Check(column, facts, found);
        else if (reading is ValueKind.Integer or ValueKind.Real or ValueKind.Decimal && facts.Kind == reading) CheckNumbers(column, facts, found);
        else if (column.Times is not null && facts.Kind == column.Type) CheckTimes(column, column.Times, facts, found);
    }

    /// <summary>Checks numbers against the range of a column.</summary>
    public static void CheckRange(ColumnSchema column, double? min, double? max, bool isInteger, Findings found)
    {
        if (column.Range is not { } range) return;
        if (min < range.Min)
        {
            found.Add(isInteger ? AnomalyKind.IntegerTooSmall : AnomalyKind.NumberTooSmall, min.Value, range.Min,
                $"Column '{column.Name}' has the value {Findings.Text(min)}, less than {Findings.Text(range.Min)}.", c => c with { Range = c.Range! with { Min = double.IsFinite(min.Value) ? min : null } });
        }

        if (max > range.Max)
        {
            found.Add(isInteger ? AnomalyKind.IntegerTooBig : AnomalyKind.NumberTooBig, max.Value, range.Max,
                $"Column '{column.Name}' has the value {Findings.Text(max)}, more than {Findings.Text(range.Max)}.", c => c with { Range = c.Range! with { Max = double.IsFinite(max.Value) ? max : null } });
        }
    }

    private static void CheckNumbers(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        if (facts.Kind == ValueKind.Integer && column.Range is not null && (facts.Max > 9.3e18 || facts.Min < -9.3e18))
        {
            found.Add(AnomalyKind.DomainInvalidForType, Findings.Text(facts.Max), "integers of 64 bits", $"Column '{column.Name}' has integers of more than 64 bits, which have no range.", c => c with { Range = null });
            return;
        }

        CheckRange(column, Beyond(facts.MinInteger, column.Range?.Min, -1) ?? facts.Min, Beyond(facts.MaxInteger, column.Range?.Max, 1) ?? facts.Max, facts.Kind == ValueKind.Integer, found);
        if (!column.AllowsNaN && facts.NaN > 0)
            found.Add(AnomalyKind.HasNaN, $"{facts.NaN} NaN", "no NaN", $"Column '{column.Name}' has {facts.NaN} NaN values.", c => c with { AllowsNaN = true });
        if (!column.AllowsInfinity && facts.HasInfinity)
            found.Add(AnomalyKind.HasInfinity, "infinities", "finite numbers", $"Column '{column.Name}' has infinite values.", c => c with { AllowsInfinity = true });
    }

    // An integer beyond 2^53 that rounds to the end of the range may still lie outside of it; then the next number outside stands for it.
    private static double? Beyond(long? integer, double? end, int direction)
    {
        if (integer is not { } value || end is not { } limit || (double)value != limit || direction * ((Int128)value - (Int128)limit) <= 0) return null;
        return direction > 0 ? Math.BitIncrement(limit) : Math.BitDecrement(limit);
    }

    private static void CheckTimes(ColumnSchema column, TimeRange range, ColumnFacts facts, Findings found)
    {
        var latest = column.Type == ValueKind.Date ? range.Latest?.Date : range.Latest;
        if (facts.Earliest < (column.Type == ValueKind.Date ? range.Earliest?.Date : range.Earliest))
            found.Add(AnomalyKind.TooEarly, Text(facts.Earliest), Text(range.Earliest), $"Column '{column.Name}' has the time {Text(facts.Earliest)}, before {Text(range.Earliest)}.", c => c with { Times = c.Times! with { Earliest = facts.Earliest } });
        if (facts.Latest > latest)
            found.Add(AnomalyKind.TooLate, Text(facts.Latest), Text(range.Latest), $"Column '{column.Name}' has the time {Text(facts.Latest)}, after {Text(range.Latest)}.", c => c with { Times = c.Times! with { Latest = facts.Latest } });
    }

    private static void CheckDomain(ColumnSchema column, IReadOnlyList<string> domain, ColumnFacts facts, Findings found)
    {
        if (facts.Kind != ValueKind.Text) return;
        if (facts.InvalidUtf8 > 0)
        {
            found.Add(AnomalyKind.InvalidUtf8, $"{facts.InvalidUtf8} texts", "valid UTF-8", $"Column '{column.Name}' has texts that are not valid UTF-8.", c => c with { Domain = null, MinDomainMass = null });
            return;
        }

        if (facts.Counts is not { } counts)
        {
            found.Add(AnomalyKind.NotMeasured, null, "values in a domain", $"Column '{column.Name}' has a domain, but raw values were kept out of the profile.", c => c with { Domain = null, MinDomainMass = null });
            return;
        }

        var known = domain.ToHashSet(StringComparer.Ordinal);
        var unknown = counts.Where(v => !known.Contains(v.Key)).ToList();
        var (outside, total) = (unknown.Sum(v => v.Value), facts.ValueCount);
        var allowed = 1 - (column.MinDomainMass ?? 1);
        if (!(outside / total > allowed) && !(allowed == 0 && unknown.Count > 0)) return;
        var shown = string.Join(", ", unknown.Take(5).Select(v => $"'{Shorten(v.Key)}' ({Share(v.Value, total)})"));
        found.Add(AnomalyKind.UnexpectedValues, shown, column.MinDomainMass is { } mass ? $"{Findings.Text(mass * 100)} % of {Domain(domain)}" : Domain(domain),
            $"Column '{column.Name}' has values that its domain does not know: {shown}{(unknown.Count > 5 ? $" and {unknown.Count - 5} more" : "")}.",
            c => c with { Domain = [.. c.Domain!, .. unknown.Select(v => v.Key).Order(StringComparer.Ordinal)] });
    }

    private static string Domain(IReadOnlyList<string> domain) => domain.Count <= 10 ? $"[{string.Join(", ", domain.Select(Shorten))}]" : $"[{string.Join(", ", domain.Take(10).Select(Shorten))}, … {domain.Count} values]";

    private static string Share(double count, double total) => total > 0 ? count / total < 0.01 ? "<1 %" : $"{Math.Floor(100 * count / total).ToString(CultureInfo.InvariantCulture)} %" : "?";

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static string Text(DateTime? time) => time?.ToString(time.Value.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "any";
}
