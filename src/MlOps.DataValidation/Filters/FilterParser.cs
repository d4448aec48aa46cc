namespace MlOps.DataValidation;

/// <summary>Reads filters. What it gives makes the terms when the columns are known.</summary>
internal sealed class FilterParser
{
    private const int MaxDepth = 100;
    private readonly string _text;
    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;

    private FilterParser(string text) => (_text, _tokens) = (text, FilterScanner.Scan(text));

    public static Func<CheckPlan, FilterTerm> Parse(string text)
    {
        var parser = new FilterParser(text);
        var term = parser.Or();
        return parser.Peek.Kind == TokenKind.End ? term : throw parser.Unexpected("and, or, or the end");
    }

    /// <summary>Gives the columns that a filter names.</summary>
    public static IReadOnlyList<string> Columns(string text) =>
        [.. FilterScanner.Scan(text).Where(t => t.Kind == TokenKind.Name).Select(t => t.Text).Distinct(StringComparer.Ordinal)];

    private Token Peek => _tokens[_next];

    private Func<CheckPlan, FilterTerm> Or()
    {
        var left = And();
        while (Accept("or", "|", "||")) left = Join(left, And(), both: false);
        return left;
    }

    private Func<CheckPlan, FilterTerm> And()
    {
        var left = Not();
        while (Accept("and", "&", "&&")) left = Join(left, Not(), both: true);
        return left;
    }

    private static Func<CheckPlan, FilterTerm> Join(Func<CheckPlan, FilterTerm> left, Func<CheckPlan, FilterTerm> right, bool both) =>
        plan => new JunctionTerm(left(plan), right(plan), both);

    private Func<CheckPlan, FilterTerm> Not()
    {
        if (++_depth > MaxDepth) throw new FormatException($"The filter \"{_text}\" is nested more than {MaxDepth} levels deep.");
        var term = Accept("not", "!") ? Negate(Not()) : Accept("(") ? Bracketed() : Comparison();
        _depth--;
        return term;
    }

    private static Func<CheckPlan, FilterTerm> Negate(Func<CheckPlan, FilterTerm> term) => plan => new NotTerm(term(plan));

    private Func<CheckPlan, FilterTerm> Bracketed()
    {
        var inner = Or();
        if (!Accept(")")) throw Unexpected("a closing bracket");
        return inner;
    }

    private Func<CheckPlan, FilterTerm> Comparison()
    {
        var left = Operand();
        if (left.Kind == TokenKind.Name)
        {
            if (Accept("is")) return Missing(left.Text, negated: Accept("not"));
            if (Accept("not")) return Negate(Accept("in") ? In(left.Text) : Accept("like") ? Like(left.Text) : throw Unexpected("in or like"));
            if (Accept("in")) return In(left.Text);
            if (Accept("like")) return Like(left.Text);
        }

        var comparison = Operator();
        var right = Operand();
        return (left.Kind, right.Kind) switch
        {
            (TokenKind.Name, TokenKind.Name) => plan => FilterTerms.Columns(plan.Column(left.Text), comparison, plan.Column(right.Text)),
            (TokenKind.Name, _) => plan => FilterTerms.Literal(plan.Column(left.Text), comparison, right.Value),
            (_, TokenKind.Name) => plan => FilterTerms.Literal(plan.Column(right.Text), comparison.Turned(), left.Value),
            _ => throw new FormatException($"The filter \"{_text}\" compares two values at character {left.At + 1}. One side must be a column."),
        };
    }

    private Token Operand()
    {
        var token = Peek;
        if (token is { Kind: TokenKind.Symbol, Text: "null" }) token = token with { Kind = TokenKind.Value };
        if (token.Kind is not (TokenKind.Name or TokenKind.Value)) throw Unexpected("a column or a value");
        _next++;
        return token;
    }

    private Comparison Operator()
    {
        var token = Peek;
        if (token.Kind != TokenKind.Symbol || Comparisons.Find(token.Text) is not { } found) throw Unexpected("a comparison");
        _next++;
        return found;
    }

    private Func<CheckPlan, FilterTerm> Missing(string column, bool negated)
    {
        if (!Accept("null")) throw Unexpected("null");
        return plan => negated ? new NotTerm(new MissingTerm(plan.Column(column).Index)) : new MissingTerm(plan.Column(column).Index);
    }

    private Func<CheckPlan, FilterTerm> In(string column)
    {
        if (!Accept("(")) throw Unexpected("an opening bracket");
        var values = new List<Scalar>();
        do
        {
            if (Peek.Kind != TokenKind.Value) throw Unexpected("a value");
            values.Add(Peek.Value);
            _next++;
        }
        while (Accept(","));
        if (!Accept(")")) throw Unexpected("a comma or a closing bracket");
        return plan => new RuleTerm(SetRules.In(plan.Column(column), values, expected: true));
    }

    private Func<CheckPlan, FilterTerm> Like(string column)
    {
        if (Peek.Value.Value is not string pattern) throw Unexpected("a pattern in single quotes");
        _next++;
        return plan => new RuleTerm(new LikeRule(FilterTerms.TextColumn(plan.Column(column)), pattern));
    }

    private bool Accept(params ReadOnlySpan<string> symbols)
    {
        if (Peek.Kind != TokenKind.Symbol || !symbols.Contains(Peek.Text)) return false;
        _next++;
        return true;
    }

    private FormatException Unexpected(string wanted) =>
        new($"The filter \"{_text}\" has {(Peek.Kind == TokenKind.End ? "its end" : $"'{_text[Peek.At..Math.Min(_text.Length, Peek.At + 12)]}'")} at character {Peek.At + 1}, where {wanted} should stand.");
}
