namespace MlOps.DataValidation;

/// <content>Expectations about texts.</content>
public sealed partial class ColumnExpectations
{
    /// <summary>Expects texts of a length, in characters.</summary>
    /// <param name="min">The least; null for no bound.</param>
    /// <param name="max">The most; null for no bound.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Length(long? min = null, long? max = null, double mostly = 1) => Add(new LengthBetween(_column, min, max), mostly);

    /// <summary>Expects texts that fit a regular expression somewhere; anchor it by ^ and $ for the whole text.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Matches(string pattern, double mostly = 1) => Add(new MatchesRegex(_column, [pattern]), mostly);

    /// <summary>Expects texts that do not fit a regular expression anywhere.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations DoesNotMatch(string pattern, double mostly = 1) => Add(new MatchesRegex(_column, [pattern], PatternMatch.None), mostly);

    /// <summary>Expects texts that fit a pattern of SQL's LIKE.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Like(string pattern, double mostly = 1) => Add(new MatchesLike(_column, [pattern]), mostly);

    /// <summary>Expects texts that are dates in a format of strftime, as %Y-%m-%d.</summary>
    /// <param name="format">The format.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations DateFormat(string format, double mostly = 1) => Add(new MatchesDateFormat(_column, format), mostly);

    /// <summary>Expects texts that are JSON.</summary>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Json(double mostly = 1) => Add(new JsonParseable(_column), mostly);

    /// <summary>Expects texts that are JSON and fit a schema.</summary>
    /// <param name="schema">The JSON schema; see <see cref="MatchesJsonSchema"/> for what it may hold.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations JsonSchema(string schema, double mostly = 1) => Add(new MatchesJsonSchema(_column, schema), mostly);
}
