namespace MlOps.Core;

/// <summary>What a piece of a filter is.</summary>
internal enum SearchTokenKind
{
    Word,
    Quoted,
    Backquoted,
    Number,
    Operator,
    Open,
    Close,
    Comma,
    End,
}

/// <summary>A piece of a filter.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says, without its quotes.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct SearchToken(SearchTokenKind Kind, string Text, int Position, int End);

/// <summary>Takes a filter apart.</summary>
internal static class SearchTokens
{
    private const string Operators = "=!<>~";

    internal static List<SearchToken> Read(string text)
    {
        List<SearchToken> tokens = [];
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var token = Next(text, at);
            tokens.Add(token);
            at = token.End;
        }

        tokens.Add(new(SearchTokenKind.End, "the end", text.Length, text.Length));
        return tokens;
    }

    private static SearchToken Next(string text, int at) => text[at] switch
    {
        '(' => new(SearchTokenKind.Open, "(", at, at + 1),
        ')' => new(SearchTokenKind.Close, ")", at, at + 1),
        ',' => new(SearchTokenKind.Comma, ",", at, at + 1),
        '\'' or '"' => Quoted(text, at, SearchTokenKind.Quoted),
        '`' => Quoted(text, at, SearchTokenKind.Backquoted),
        var c when Operators.Contains(c) => While(text, at, SearchTokenKind.Operator, static c => Operators.Contains(c)),
        '+' or '-' when text.AsSpan(at + 1).StartsWith("Infinity", StringComparison.Ordinal) => new(SearchTokenKind.Number, text.Substring(at, 9), at, at + 9),
        var c when NumberLength(text.AsSpan(at)) is > 0 and var length => new(SearchTokenKind.Number, text.Substring(at, length), at, at + length),
        var c when char.IsLetter(c) || c == '_' => While(text, at, SearchTokenKind.Word, static c => char.IsLetterOrDigit(c) || c is '_' or '.'),
        var c => throw SearchErrors.At($"Invalid clause(s) in filter string: '{c}'. Quote a key that has it with backquotes, and a value with ' or \".", at),
    };

    // A quote within its own quotes is written twice.
    private static SearchToken Quoted(string text, int at, SearchTokenKind kind)
    {
        var quote = text[at];
        for (var end = at + 1; ; end += 2)
        {
            end = text.IndexOf(quote, end);
            if (end < 0) throw SearchErrors.At($"Invalid clause(s) in filter string: the quote {quote} is not closed.", at);
            if (end + 1 < text.Length && text[end + 1] == quote) continue;
            var content = text.Substring(at + 1, end - at - 1);
            if (content.Contains('\0')) throw SearchErrors.At("Invalid clause(s) in filter string: a NUL character, which no stored text has.", at);
            return new(kind, content.Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal), at, end + 1);
        }
    }

    private static SearchToken While(string text, int at, SearchTokenKind kind, Func<char, bool> belongs)
    {
        var end = at + 1;
        while (end < text.Length && belongs(text[end])) end++;
        return new(kind, text[at..end], at, end);
    }

    private static int NumberLength(ReadOnlySpan<char> text)
    {
        var at = text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, at);
        var end = at + whole;
        if (end < text.Length && text[end] == '.')
        {
            var fraction = Digits(text, end + 1);
            if (whole + fraction == 0) return 0;
            end += 1 + fraction;
        }
        else if (whole == 0)
        {
            return 0;
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var sign = end + 1 < text.Length && text[end + 1] is '+' or '-' ? 1 : 0;
            var exponent = Digits(text, end + 1 + sign);
            if (exponent > 0) end += 1 + sign + exponent;
        }

        return end;
    }

    private static int Digits(ReadOnlySpan<char> text, int from)
    {
        var end = from;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return Math.Max(0, end - from);
    }
}
