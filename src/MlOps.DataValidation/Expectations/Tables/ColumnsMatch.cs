namespace MlOps.DataValidation;

/// <summary>The table has these columns.</summary>
/// <param name="Names">The names.</param>
/// <param name="Ordered">Whether they stand in this order; then there are no others.</param>
/// <param name="AllowOthers">Whether there may be other columns too.</param>
public sealed record ColumnsMatch(IReadOnlyList<string> Names, bool Ordered = false, bool AllowOthers = false) : TableExpectation
{
    /// <summary>Gets the names.</summary>
    public IReadOnlyList<string> Names { get; init; } = Names ?? throw new ArgumentNullException(nameof(Names));

    /// <inheritdoc/>
    protected override string Describe() => $"the columns are {ExpectationNames.Quoted(Names)}{(Ordered ? " in this order" : AllowOthers ? " and maybe others" : string.Empty)}";

    internal override Check Plan(CheckPlan plan)
    {
        var there = plan.Columns.Select(c => c.Name).ToList();
        var missing = Names.Except(there, StringComparer.Ordinal).ToList();
        var others = there.Except(Names, StringComparer.Ordinal).ToList();
        var success = Ordered ? there.SequenceEqual(Names, StringComparer.Ordinal) : missing.Count == 0 && (AllowOthers || others.Count == 0);
        var finding = missing.Count > 0 ? $"{ExpectationNames.Quoted(missing)} is missing" : others.Count > 0 ? $"{ExpectationNames.Quoted(others)} is there too" : "their order is another";
        var details = new Dictionary<string, IReadOnlyList<Scalar>> { ["observed"] = [.. there.Select(n => (Scalar)n)] };
        if (missing.Count > 0) details["missing"] = [.. missing.Select(n => (Scalar)n)];
        if (others.Count > 0) details["unexpected"] = [.. others.Select(n => (Scalar)n)];
        return new AggregateCheck(this, [], _ => new(success, default, success ? null : finding) { Details = details });
    }
}
