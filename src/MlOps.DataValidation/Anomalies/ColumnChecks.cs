using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Checks what is there of a column: presence, lists, shape, type, different values.</summary>
internal static class ColumnChecks
{
    public static void Check(ColumnSchema column, ColumnFacts facts, bool isExpected, string? environment, Findings found)
    {
        if (facts.Present == 0)
        {
            if (isExpected && column.Presence.IsRequired)
                found.Add(AnomalyKind.NeverPresent, "0 rows", "a value in some rows", $"Column '{column.Name}' has no value in any row.", Deprecate);
            return;
        }

        if (!isExpected)
        {
            found.Add(AnomalyKind.NewColumn, "present", $"absent in {environment}", $"Column '{column.Name}' is in the data, but not expected in environment '{environment}'.",
                c => c with { NotInEnvironments = [.. c.NotInEnvironments.Where(e => e != environment)], InEnvironments = [.. c.InEnvironments, environment!] });
        }

        CheckLists(column, facts, found);
        CheckShape(column, facts, found);
        CheckPresence(column, facts, found);
        var asksText = column.Domain is not null || column.ReadsAs is not null;
        if (column.Type == ValueKind.Text && facts.Kind == ValueKind.Binary && asksText)
            found.Add(AnomalyKind.DomainInvalidForType, "bytes", "text", $"Column '{column.Name}' holds bytes, of whose text nothing can be said.", c => c with { Type = ValueKind.Binary, Domain = null, MinDomainMass = null, ReadsAs = null, Range = null, TrueText = null, FalseText = null, AllowsNaN = true, AllowsInfinity = true, Drift = null, Skew = null });
        else if (facts.Kind != column.Type && facts.ValueCount > 0)
            found.Add(AnomalyKind.UnexpectedType, facts.Kind.ToString(), column.Type.ToString(), $"Column '{column.Name}' holds values of the type {facts.Kind}, but should hold {column.Type}.", Deprecate);
        ValueChecks.Check(column, facts, found);
        CheckDistinct(column, facts, found);
    }

    public static ColumnSchema Deprecate(ColumnSchema column) => column with { Lifecycle = LifecycleStage.Deprecated };

    private static void CheckPresence(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        var presence = column.Presence;
        if (facts.Present < presence.MinCount)
        {
            found.Add(AnomalyKind.TooFewPresent, facts.Present, presence.MinCount, $"Column '{column.Name}' has a value in {facts.Present} rows, fewer than {presence.MinCount}.",
                c => c with { Presence = c.Presence with { MinCount = facts.Present } });
        }

        if (facts.PresentShare < presence.MinFraction || (presence.MinFraction == 1 && facts.Missing > 0 && facts.Rows > 0))
        {
            // The share may be 1 when it is written, though values are missing.
            var share = Math.Min(facts.PresentShare, 0.9999);
            found.Add(AnomalyKind.TooSmallSharePresent, facts.PresentShare, presence.MinFraction,
                $"Column '{column.Name}' has a value in {Findings.Text(facts.PresentShare * 100)} % of the rows ({facts.Missing} are missing), but {Findings.Text(presence.MinFraction * 100)} % are required.",
                c => c with { Presence = c.Presence with { MinFraction = share } });
        }
    }

    private static void CheckLists(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        if (column.Lists is not { } lists) return;
        if (lists.Count != facts.Levels.Count)
        {
            found.Add(AnomalyKind.NestingMismatch, Depth(facts.Levels.Count), Depth(lists.Count), $"Column '{column.Name}' holds {Depth(facts.Levels.Count)}, but should hold {Depth(lists.Count)}.",
                c => c with { Lists = [.. facts.Levels.Select(SchemaInference.CountsOf)] });
            return;
        }

        for (var i = 0; i < lists.Count; i++)
        {
            var (level, seen) = (i, facts.Levels[i]);
            if (seen.Min < lists[i].Min)
            {
                found.Add(AnomalyKind.ListTooShort, seen.Min, lists[i].Min, $"A list in column '{column.Name}' has {seen.Min} values{At(i)}, fewer than {lists[i].Min}.",
                    c => c with { Lists = [.. c.Lists!.Select((l, at) => at == level ? l with { Min = seen.Min } : l)] });
            }

            if (seen.Max > lists[i].Max)
            {
                found.Add(AnomalyKind.ListTooLong, seen.Max, lists[i].Max, $"A list in column '{column.Name}' has {seen.Max} values{At(i)}, more than {lists[i].Max}.",
                    c => c with { Lists = [.. c.Lists!.Select((l, at) => at == level ? l with { Max = seen.Max } : l)] });
            }
        }
    }

    private static void CheckShape(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        if (column.Shape is not { } shape) return;
        var isFixed = facts.Missing == 0 && facts.Levels.All(l => l.Missing == 0 && l.Min == l.Max);
        var values = facts.Levels.Aggregate(1.0, (product, level) => product * level.Max);
        if (isFixed && values == shape.Aggregate(1.0, (product, dimension) => product * dimension)) return;
        var seen = facts.Missing > 0 ? $"{facts.Missing} rows without a value" : isFixed ? $"{Findings.Text(values)} values" : "lists of different lengths";
        found.Add(AnomalyKind.ShapeMismatch, seen, $"shape [{string.Join(", ", shape)}]", $"Column '{column.Name}' should have the shape [{string.Join(", ", shape)}] in every row, but has {seen}.", c => c with { Shape = null });
    }

    private static void CheckDistinct(ColumnSchema column, ColumnFacts facts, Findings found)
    {
        if (column.Distinct is null && !column.IsUnique) return;
        if (facts.Distinct is not { } distinct)
        {
            found.Add(AnomalyKind.DistinctNotCounted, null, column.Distinct?.ToString(), $"The different values of column '{column.Name}' are limited, but were not counted.", c => c with { Distinct = null, IsUnique = false });
            return;
        }

        // An estimate is only called wrong beyond three standard errors.
        var error = 3 * distinct.StandardError * distinct.Value;
        if (column.Distinct is { } range)
        {
            if (distinct.Value + error < range.Min)
                found.Add(AnomalyKind.TooFewDistinct, distinct.Value, range.Min, $"Column '{column.Name}' has {distinct.Value} different values, fewer than {range.Min}.", c => c with { Distinct = c.Distinct! with { Min = distinct.Value } });
            if (distinct.Value - error > range.Max)
                found.Add(AnomalyKind.TooManyDistinct, distinct.Value, range.Max, $"Column '{column.Name}' has {distinct.Value} different values, more than {range.Max}.", c => c with { Distinct = c.Distinct! with { Max = distinct.Value } });
        }

        if (column.IsUnique && distinct.Value + error < facts.ValueCount)
        {
            found.Add(AnomalyKind.DuplicateValues, $"{distinct.Value} different values in {Findings.Text(facts.ValueCount)}", "no value twice",
                $"Column '{column.Name}' should be unique, but has {Findings.Text(facts.ValueCount)} values of which {distinct.Value} are different.", c => c with { IsUnique = false });
        }
    }

    private static string Depth(int levels) => levels switch { 0 => "single values", 1 => "lists", _ => $"lists nested {levels} deep" };

    private static string At(int level) => level == 0 ? "" : $" at level {level}";
}
