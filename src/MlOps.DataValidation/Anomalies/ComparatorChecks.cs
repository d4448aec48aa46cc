using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Compares a column with the same column of other data.</summary>
internal static class ComparatorChecks
{
    /// <summary>Compares a column with the control, the same column in the other data, which is null when that has no such column.</summary>
    public static void Check(ColumnSchema column, ColumnFacts facts, ColumnFacts? control, bool isDrift, Findings found)
    {
        if ((isDrift ? column.Drift : column.Skew) is not { } comparator) return;
        var against = isDrift ? "previous" : "serving";
        if (control is null)
        {
            found.Add(AnomalyKind.ControlMissing, "no such column", $"a column in the {against} data", $"Column '{column.Name}' cannot be compared: the {against} data has no such column.", c => Put(c, isDrift, null));
            return;
        }

        var categories = column.HasCategories ? Distributions.Of(facts, control) : null;
        if (column.HasCategories && categories is null && (facts.Counts is null || control.Counts is null))
        {
            found.Add(AnomalyKind.NotMeasured, null, "shares of values", $"Column '{column.Name}' cannot be compared with the {against} data: raw values were kept out of a profile.", c => Put(c, isDrift, null));
            return;
        }

        if (categories is not null)
        {
            var (total, other) = (categories.This.Sum(), categories.Control.Sum());
            var (shares, by) = total > 0 && other > 0 ? categories.Largest(total, other) : (0, null);
            Judge(AnomalyKind.LInfinityHigh, "L-infinity", shares, comparator.LInfinity, by, (c, v) => c with { LInfinity = v });
            var (counts, byCount) = total + other > 0 ? categories.Largest(total + other, total + other) : (0, null);
            Judge(AnomalyKind.NormalizedDifferenceHigh, "normalised difference", counts, comparator.NormalizedDifference, byCount, (c, v) => c with { NormalizedDifference = v });
        }

        if (comparator.JensenShannon is null || (categories ?? facts.Align?.Invoke(control)) is not { } both) return;
        var (sum, controlSum) = (both.This.Sum(), both.Control.Sum());
        if (sum > 0 && controlSum > 0)
            Judge(AnomalyKind.JensenShannonHigh, "Jensen-Shannon", Distance.JensenShannonDivergence(both.Control, both.This), comparator.JensenShannon, both.Largest(sum, controlSum).Name, (c, v) => c with { JensenShannon = v });

        void Judge(AnomalyKind kind, string measure, double value, double? threshold, string? contributor, Func<Comparator, double, Comparator> relax)
        {
            if (threshold is not { } limit) return;
            found.Measurements.Add(new(column.Name, against, measure, value, limit, contributor));
            if (!(value > limit)) return;
            found.Add(kind, value, limit, $"Column '{column.Name}' is {Findings.Text(value)} by {measure} from the {against} data, above {Findings.Text(limit)}{(contributor is null ? "" : $"; most by '{contributor}'")}.",
                c => Put(c, isDrift, relax((isDrift ? c.Drift : c.Skew)!, Math.Min(1, value))));
        }
    }

    private static ColumnSchema Put(ColumnSchema column, bool isDrift, Comparator? comparator) => isDrift ? column with { Drift = comparator } : column with { Skew = comparator };
}
