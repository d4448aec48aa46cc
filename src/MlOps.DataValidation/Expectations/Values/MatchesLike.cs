namespace MlOps.DataValidation;

/// <summary>Texts fit patterns of SQL's LIKE: % is any text, _ any one character, \ takes the next one as it is. The whole text must fit, and case counts.</summary>
/// <param name="Column">The column of text.</param>
/// <param name="Patterns">The patterns.</param>
/// <param name="Match">How many of them must fit.</param>
public sealed record MatchesLike(string Column, IReadOnlyList<string> Patterns, PatternMatch Match = PatternMatch.Any) : ColumnExpectation(Column)
{
    /// <summary>Gets the patterns.</summary>
    public IReadOnlyList<string> Patterns { get; init; } =
        Patterns is null or { Count: 0 } ? throw new ArgumentException("There is no pattern to fit.", nameof(Patterns)) : Patterns;

    /// <inheritdoc/>
    protected override string Describe() => PatternWords.Of(Column, "the SQL pattern", Patterns, Match);

    internal override Check Plan(CheckPlan plan) => Rows(new PatternsRule(
        FilterTerms.TextColumn(plan.Column(Column)),
        [.. Patterns.Select(p => new Func<int, TextRule>(c => new LikeRule(c, p)))],
        Match));
}
