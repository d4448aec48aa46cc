using System.Globalization;
using System.Text;

namespace MlOps.DataValidation;

internal enum TokenKind
{
    End,
    Name,
    Value,
    Symbol,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">A name, or a symbol or word in lower case.</param>
/// <param name="Value">The value of a literal.</param>
/// <param name="At">Where it stands, from 0.</param>
internal sealed record Token(TokenKind Kind, string Text, Scalar Value, int At);

/// <summary>Cuts the text of a filter into words.</summary>
internal static class FilterScanner
{
    private static readonly string[] Symbols = ["==", "!=", "<>", "<=", ">=", "&&", "||", "=", "<", ">", "(", ")", ",", "&", "|", "!"];
    private static readonly HashSet<string> Words = ["and", "or", "not", "in", "is", "null", "like", "true", "false"];

    public static List<Token> Scan(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            tokens.Add(Next(text, ref at));
        }

        tokens.Add(new(TokenKind.End, "the end", default, text.Length));
        return tokens;
    }

    private static Token Next(string text, ref int at)
    {
        var start = at;
        var c = text[at];
        if (c == '\'') return new(TokenKind.Value, "text", Enclosed(text, ref at, '\''), start);
        if (c == '"') return new(TokenKind.Name, Enclosed(text, ref at, '"'), default, start);
        if (c == '[') return new(TokenKind.Name, Enclosed(text, ref at, ']'), default, start);
        if (c == '`') return new(TokenKind.Name, Enclosed(text, ref at, '`'), default, start);
        if (char.IsAsciiDigit(c) || (c is '-' or '+' or '.' && at + 1 < text.Length && (char.IsAsciiDigit(text[at + 1]) || text[at + 1] == '.'))) return Number(text, ref at);
        if (char.IsLetter(c) || c == '_') return Word(text, ref at);
        var from = at;
        var symbol = Array.Find(Symbols, s => text.AsSpan(from).StartsWith(s))
            ?? throw new FormatException($"The filter \"{text}\" has an unexpected '{c}' at character {at + 1}.");
        at += symbol.Length;
        return new(TokenKind.Symbol, symbol, default, start);
    }

    private static string Enclosed(string text, ref int at, char close)
    {
        var content = new StringBuilder();
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] != close)
            {
                content.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == close)
            {
                content.Append(text[i++]);
            }
            else
            {
                at = i + 1;
                return content.ToString();
            }
        }

        throw new FormatException($"The filter \"{text}\" opens a quote at character {at + 1} that is never closed.");
    }

    private static Token Number(string text, ref int at)
    {
        var start = at++;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E'))) at++;
        var number = text.AsSpan(start, at - start);
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return new(TokenKind.Value, "number", integer, start);
        if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction)) return new(TokenKind.Value, "number", fraction, start);
        throw new FormatException($"The filter \"{text}\" has '{number}' at character {start + 1}, which is no number.");
    }

    private static Token Word(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '.')) at++;
        var word = text[start..at];
        var lower = word.ToLowerInvariant();
        return !Words.Contains(lower) ? new(TokenKind.Name, word, default, start)
            : lower is "true" or "false" ? new(TokenKind.Value, lower, lower == "true", start)
            : new(TokenKind.Symbol, lower, default, start);
    }
}
