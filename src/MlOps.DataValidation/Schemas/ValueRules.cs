using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What a schema may not say of the values of a column.</summary>
internal static class ValueRules
{
    public static bool IsType(ValueKind kind) => kind is not (ValueKind.Unknown or ValueKind.List) && Enum.IsDefined(kind);

    public static ColumnSchema Check(ColumnSchema column, Finding found)
    {
        column = CheckReading(column, found);
        column = CheckBooleanTexts(column, found);
        column = CheckDomain(column, found);
        column = CheckRange(column, found);
        column = CheckTimes(column, found);
        return CheckKind(column, found);
    }

    private static ColumnSchema CheckReading(ColumnSchema column, Finding found)
    {
        if (column.ReadsAs is not { } reading) return column;
        if (reading == column.Type) found.Add(AnomalyKind.InvalidDomain, $"Column '{column.Name}' is of the type {column.Type} and need not be read as such. Leave that out.");
        else if (!CanRead(column.Type, reading)) found.Add(AnomalyKind.DomainInvalidForType, $"Column '{column.Name}' is of the type {column.Type}, whose values are not read as {reading}. Texts can be read as Integer, Real or Boolean, integers and reals as Boolean.");
        else return column;
        return column with { ReadsAs = null, Range = null };
    }

    private static bool CanRead(ValueKind type, ValueKind reading) => type switch
    {
        ValueKind.Text => reading is ValueKind.Integer or ValueKind.Real or ValueKind.Boolean,
        ValueKind.Integer or ValueKind.Real => reading == ValueKind.Boolean,
        _ => false,
    };

    private static ColumnSchema CheckBooleanTexts(ColumnSchema column, Finding found)
    {
        var (yes, no) = (column.TrueText, column.FalseText);
        var texts = column is { Type: ValueKind.Text, ReadsAs: ValueKind.Boolean };
        if (texts && yes is null && no is null)
        {
            found.Add(AnomalyKind.BooleanInvalidConfiguration, $"Column '{column.Name}' holds texts that stand for true and false. Say which.");
            return column with { ReadsAs = null };
        }

        if (!texts && (yes ?? no) is not null)
        {
            found.Add(AnomalyKind.BooleanInvalidConfiguration, $"Column '{column.Name}' names texts for true and false, but is not a column of texts read as Boolean.");
            return column with { TrueText = null, FalseText = null };
        }

        if (yes is null || yes != no) return column;
        found.Add(AnomalyKind.InvalidDomain, $"Column '{column.Name}' has one text for true and for false, '{yes}'.");
        return column with { FalseText = null };
    }

    private static ColumnSchema CheckDomain(ColumnSchema column, Finding found)
    {
        if (column.MinDomainMass is { } mass)
        {
            if (column.Domain is null) found.Add(AnomalyKind.InvalidSchema, $"Column '{column.Name}' says how much of it must lie in its domain, but has none.");
            else if (!(mass is >= 0 and <= 1)) found.Add(AnomalyKind.InvalidSchema, string.Create(CultureInfo.InvariantCulture, $"Column '{column.Name}' is to have a share of {mass} in its domain. It lies between 0 and 1."));
            if (column.Domain is null || !(mass is >= 0 and <= 1)) column = column with { MinDomainMass = null };
        }

        if (column.Domain is not { } domain) return column;
        if (column.Type != ValueKind.Text || column.ReadsAs is not null)
        {
            found.Add(AnomalyKind.DomainInvalidForType, $"Column '{column.Name}' has a domain of texts, but is of the type {column.ReadsAs ?? column.Type}. Use a range, or an expectation.");
            return column with { Domain = null, MinDomainMass = null };
        }

        var repeated = domain.GroupBy(v => v, StringComparer.Ordinal).Where(g => g.Count() > 1 || g.Key is null).Select(g => g.Key ?? "null").ToList();
        if (repeated.Count == 0) return column;
        found.Add(AnomalyKind.InvalidDomain, $"The domain of column '{column.Name}' repeats values, or holds null: {string.Join(", ", repeated.Take(10))}.");
        return column with { Domain = [.. domain.Where(v => v is not null).Distinct(StringComparer.Ordinal)] };
    }

    private static ColumnSchema CheckRange(ColumnSchema column, Finding found)
    {
        if (column.Range is not { } range) return column;
        if ((column.ReadsAs ?? column.Type) is not (ValueKind.Integer or ValueKind.Real or ValueKind.Decimal))
            found.Add(AnomalyKind.DomainInvalidForType, $"Column '{column.Name}' has a range of numbers, but is of the type {column.ReadsAs ?? column.Type}.");
        else if (SchemaRules.IsBad(range.Min) || SchemaRules.IsBad(range.Max))
            found.Add(AnomalyKind.InvalidSchema, $"The range of column '{column.Name}' has an end that is no finite number. Leave an end out to have no limit.");
        else if (range.Min > range.Max)
            found.Add(AnomalyKind.InvalidSchema, string.Create(CultureInfo.InvariantCulture, $"No number lies in the range of column '{column.Name}': at least {range.Min} and at most {range.Max}."));
        else return column;
        return column with { Range = null };
    }

    private static ColumnSchema CheckTimes(ColumnSchema column, Finding found)
    {
        if (column.Times is not { } times) return column;
        if (column.Type is not (ValueKind.Date or ValueKind.Timestamp))
            found.Add(AnomalyKind.DomainInvalidForType, $"Column '{column.Name}' has a range of times, but is of the type {column.Type}.");
        else if (times.Earliest > times.Latest)
            found.Add(AnomalyKind.InvalidSchema, string.Create(CultureInfo.InvariantCulture, $"No time lies in the range of column '{column.Name}': from {times.Earliest:u} to {times.Latest:u}."));
        else return column;
        return column with { Times = null };
    }

    private static ColumnSchema CheckKind(ColumnSchema column, Finding found)
    {
        if ((!column.AllowsNaN || !column.AllowsInfinity) && (column.ReadsAs ?? column.Type) != ValueKind.Real)
        {
            found.Add(AnomalyKind.DomainInvalidForType, $"Column '{column.Name}' of the type {column.ReadsAs ?? column.Type} never holds NaN or infinities. Do not disallow them.");
            column = column with { AllowsNaN = true, AllowsInfinity = true };
        }

        if (column.IsCategorical && column.Type != ValueKind.Integer)
        {
            found.Add(AnomalyKind.DomainInvalidForType, $"Column '{column.Name}' of the type {column.Type} cannot be called categorical; only integers can.");
            column = column with { IsCategorical = false };
        }

        if (column.Distinct is not { } distinct || (distinct.Min >= 0 && !(distinct.Max < distinct.Min))) return column;
        found.Add(AnomalyKind.InvalidSchema, $"Column '{column.Name}' is to have an impossible number of different values: {distinct}.");
        return column with { Distinct = null };
    }
}
