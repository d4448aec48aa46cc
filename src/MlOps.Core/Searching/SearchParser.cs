using System.Globalization;

namespace MlOps.Core;

/// <summary>Reads a filter: MLflow's grammar with OR, NOT, parentheses and IN. One instance a text.</summary>
internal sealed class SearchParser
{
    private static readonly Dictionary<string, SearchOperator> NumberOperators = new(StringComparer.Ordinal)
    {
        ["="] = SearchOperator.Equal,
        ["!="] = SearchOperator.NotEqual,
        ["<"] = SearchOperator.Less,
        ["<="] = SearchOperator.LessOrEqual,
        [">"] = SearchOperator.Greater,
        [">="] = SearchOperator.GreaterOrEqual,
    };

    private static readonly Dictionary<string, SearchOperator> TextOperators = new(StringComparer.OrdinalIgnoreCase)
    {
        ["="] = SearchOperator.Equal,
        ["!="] = SearchOperator.NotEqual,
        ["LIKE"] = SearchOperator.Like,
        ["ILIKE"] = SearchOperator.ILike,
    };

    private readonly string _text;
    private readonly Searchable _kind;
    private readonly List<SearchToken> _tokens;
    private int _at;
    private int _depth;
    private int _comparisons;
    private int _values;

    internal SearchParser(string text, Searchable kind)
    {
        if (text.Length > SearchLimits.Length) throw SearchErrors.At($"The filter has {text.Length} characters; at most {SearchLimits.Length} are read.", SearchLimits.Length);
        (_text, _kind, _tokens) = (text, kind, SearchTokens.Read(text));
    }

    private SearchToken Current => _tokens[_at];

    internal SearchFilter Parse()
    {
        var filter = Any();
        if (Current.Kind != SearchTokenKind.End) throw InvalidClause(Current);
        return filter;
    }

    private SearchFilter Any() => Several("OR", All, parts => new SearchAny(parts));

    private SearchFilter All() => Several("AND", Part, parts => new SearchAll(parts));

    private SearchFilter Several(string joint, Func<SearchFilter> part, Func<List<SearchFilter>, SearchFilter> join)
    {
        var first = part();
        if (!IsWord(joint)) return first;
        List<SearchFilter> parts = [first];
        while (IsWord(joint))
        {
            _at++;
            parts.Add(part());
        }

        return join(parts);
    }

    private SearchFilter Part()
    {
        if (IsWord("NOT"))
        {
            Deepen();
            var part = Part();
            _depth--;
            return new SearchNot(part);
        }

        if (Current.Kind != SearchTokenKind.Open) return Comparison();
        Deepen();
        var group = Any();
        if (Current.Kind != SearchTokenKind.Close) throw InvalidClause(Current);
        _at++;
        _depth--;
        return group;
    }

    private void Deepen()
    {
        if (++_depth > SearchLimits.Depth) throw SearchErrors.At($"The filter is nested deeper than {SearchLimits.Depth} parentheses and NOTs.", Current.Position);
        _at++;
    }

    private SearchFilter Comparison()
    {
        var start = Current;
        if (++_comparisons > SearchLimits.Comparisons) throw SearchErrors.At($"The filter has more than {SearchLimits.Comparisons} comparisons.", start.Position);
        var (entity, key) = Identifier();
        var field = _kind.FieldForFilter(entity, key, start.Position);
        if (key.Length == 0) throw InvalidClause(start);
        return field.Type == SearchType.Text ? TextComparison(field) : NumberComparison(field);
    }

    // A word such as status or metrics.auc, a quoted key such as "Run name", or both as in tags.`my key`.
    private (string? Entity, string Key) Identifier()
    {
        var token = Current;
        if (token.Kind is SearchTokenKind.Quoted && _text[token.Position] == '\'') throw InvalidClause(token);
        if (token.Kind is SearchTokenKind.Quoted or SearchTokenKind.Backquoted)
        {
            _at++;
            return (null, token.Text);
        }

        if (token.Kind != SearchTokenKind.Word || IsReserved(token.Text)) throw InvalidClause(token);
        _at++;
        var dot = token.Text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return (null, token.Text);
        var isQuoted = dot == token.Text.Length - 1 && Current.Position == token.End && (Current.Kind is SearchTokenKind.Backquoted || (Current.Kind is SearchTokenKind.Quoted && _text[token.End] == '"'));
        return isQuoted ? (token.Text[..dot], _tokens[_at++].Text) : (token.Text[..dot], token.Text[(dot + 1)..]);
    }

    private SearchFilter TextComparison(SearchField field)
    {
        var token = Current;
        var isNegated = IsWord("NOT") && _tokens[_at + 1] is { Kind: SearchTokenKind.Word } next && next.Text.Equals("IN", StringComparison.OrdinalIgnoreCase);
        if (isNegated || IsWord("IN"))
        {
            _at += isNegated ? 2 : 1;
            return new ListComparison(field, List(field), isNegated);
        }

        if (token.Kind is not (SearchTokenKind.Operator or SearchTokenKind.Word) || IsJoint(token)) throw InvalidClause(token);
        if (!TextOperators.TryGetValue(token.Text, out var comparison)) throw InvalidComparator(token, TextOperators.Keys.Append("IN").Append("NOT IN"));
        _at++;
        return new TextComparison(field, comparison, TextValue(field));
    }

    private NumberComparison NumberComparison(SearchField field)
    {
        var token = Current;
        if (token.Kind is not (SearchTokenKind.Operator or SearchTokenKind.Word) || IsJoint(token)) throw InvalidClause(token);
        if (!NumberOperators.TryGetValue(token.Text, out var comparison)) throw InvalidComparator(token, NumberOperators.Keys);
        _at++;
        return new(field, comparison, NumberValue(field));
    }

    private string TextValue(SearchField field)
    {
        var token = Current;
        _at++;
        return token.Kind switch
        {
            SearchTokenKind.Quoted => token.Text,
            SearchTokenKind.Number when field.Entity is SearchEntity.Attribute => throw SearchErrors.At($"Expected a quoted string value for attributes. Got value {token.Text}", token.Position),
            SearchTokenKind.Number => throw SearchErrors.At($"Expected a quoted string value for {NameOf(field.Entity)} (e.g. 'my-value'). Got value {token.Text}", token.Position),
            SearchTokenKind.Word or SearchTokenKind.Backquoted => throw SearchErrors.At(
                $"Parameter value is either not quoted or unidentified quote types used for string value {SearchErrors.Short(token.Text)}. Use either single or double quotes.", token.Position),
            _ => throw InvalidClause(token),
        };
    }

    private double NumberValue(SearchField field)
    {
        var token = Current;
        _at++;
        if (token.Kind is SearchTokenKind.Number || (token.Kind is SearchTokenKind.Word && token.Text is "NaN" or "Infinity" && field.Entity is SearchEntity.Metric))
            return double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (token.Kind is SearchTokenKind.End) throw InvalidClause(token);
        var what = field.Entity is SearchEntity.Metric ? "metric" : $"numeric attribute: {field.Key}";
        throw SearchErrors.At($"Expected numeric value type for {what}. Found '{SearchErrors.Short(token.Text)}'", token.Position);
    }

    private List<string> List(SearchField field)
    {
        if (Current.Kind != SearchTokenKind.Open) throw SearchErrors.At($"Expected a list of quoted string values for {NameOf(field.Entity)} (e.g. ('a', 'b')). Got value {SearchErrors.Short(Current.Text)}", Current.Position);
        var open = Current;
        _at++;
        List<string> values = [];
        while (Current.Kind != SearchTokenKind.Close)
        {
            if (Current.Kind != SearchTokenKind.Quoted) throw SearchErrors.At("While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list", Current.Position);
            if (++_values > SearchLimits.Values) throw SearchErrors.At($"The lists of the filter have more than {SearchLimits.Values} values.", Current.Position);
            values.Add(TextValue(field));
            if (Current.Kind == SearchTokenKind.Comma) _at++;
            else if (Current.Kind != SearchTokenKind.Close) throw InvalidClause(Current);
        }

        _at++;
        return values.Count > 0 ? values : throw SearchErrors.At("While parsing a list in the query, expected a non-empty list of string values, but got empty list", open.Position);
    }

    private bool IsWord(string word) => Current.Kind == SearchTokenKind.Word && Current.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool IsJoint(SearchToken token) =>
        token.Kind == SearchTokenKind.Word && (token.Text.Equals("AND", StringComparison.OrdinalIgnoreCase) || token.Text.Equals("OR", StringComparison.OrdinalIgnoreCase));

    private static bool IsReserved(string word) => word.ToUpperInvariant() is "AND" or "OR" or "NOT" or "IN" or "LIKE" or "ILIKE";

    private static string NameOf(SearchEntity entity) => entity.ToString().ToLowerInvariant();

    private static SearchException InvalidClause(SearchToken token) => SearchErrors.At(
        token.Kind == SearchTokenKind.End ? "Invalid clause(s) in filter string: it ends too early." : $"Invalid clause(s) in filter string: '{SearchErrors.Short(token.Text)}'.", token.Position);

    private static SearchException InvalidComparator(SearchToken token, IEnumerable<string> valid) => SearchErrors.At(
        $"Invalid comparator '{SearchErrors.Short(token.Text)}' not one of '{{{string.Join(", ", valid.Select(v => $"'{v}'"))}}}'", token.Position);
}
