namespace MlOps.DataValidation;

/// <summary>How the different values of a column relate to a list.</summary>
public enum SetRelation
{
    /// <summary>They all stand in the list.</summary>
    In,

    /// <summary>They contain the whole list.</summary>
    Contain,

    /// <summary>They are the list.</summary>
    Equal,
}

/// <summary>The different values of a column relate to a list as they should.</summary>
/// <param name="Column">The column.</param>
/// <param name="Relation">How they relate.</param>
/// <param name="Values">The list.</param>
public sealed record DistinctValues(string Column, SetRelation Relation, IReadOnlyList<Scalar> Values) : ColumnExpectation(Column)
{
    private const int Shown = 100;

    /// <summary>Gets the list.</summary>
    public IReadOnlyList<Scalar> Values { get; init; } = Values ?? throw new ArgumentNullException(nameof(Values));

    private protected override string Name => $"distinct_values_{ExpectationNames.OfWord(Relation.ToString())}";

    /// <inheritdoc/>
    protected override string Describe() => $"the different values of '{Column}' {Verb} {ExpectationNames.Listed(Values)}";

    private string Verb => Relation switch { SetRelation.In => "are among", SetRelation.Contain => "contain", _ => "are exactly" };

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        var counts = plan.Share($"{column.Index}", this, () => new ValueCounts(column, plan.Options.MaxDistinct));
        SetRules.In(column, Values, expected: true); // refuses values of another type
        return new AggregateCheck(this, [column.Index], _ => Judge(counts, SetRules.In(column with { Index = 0 }, Values, expected: true), column), counts);
    }

    private Outcome Judge(ValueCounts counts, RowRule inList, BoundColumn column)
    {
        var observed = counts.Sorted();
        var row = new Func<Scalar, bool>(v => inList.Passes(new ScalarRow([column], [v])));
        var others = Relation == SetRelation.Contain ? [] : observed.Where(v => !row(v.Value)).Select(v => v.Value).ToList();
        var missing = Relation == SetRelation.In ? [] : Values.Where(v => !v.IsMissing && counts.Count(v) == 0).Distinct().ToList();
        var details = new Dictionary<string, IReadOnlyList<Scalar>>
        {
            ["values"] = [.. observed.Take(Shown).Select(v => v.Value)],
            ["counts"] = [.. observed.Take(Shown).Select(v => (Scalar)v.Count)],
        };
        if (others.Count > 0) details["unexpected"] = [.. others.Take(Shown)];
        if (missing.Count > 0) details["missing"] = [.. missing.Take(Shown)];
        var success = others.Count == 0 && missing.Count == 0;
        var finding = others.Count > 0 ? $"there {(others.Count == 1 ? "is" : "are")} {ExpectationNames.Listed(others)}" : $"{ExpectationNames.Listed(missing)} {(missing.Count == 1 ? "is" : "are")} not there";
        return new(success, counts.Distinct, success ? null : finding) { Details = details };
    }
}
