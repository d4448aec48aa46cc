using System.Buffers;

namespace MlOps.Core;

/// <summary>One field to order by. What does not have it comes last in both directions, before it NaN.</summary>
/// <param name="Field">The field.</param>
/// <param name="IsDescending">Whether the greatest comes first.</param>
public sealed record SearchOrder(SearchField Field, bool IsDescending)
{
    private static readonly SearchValues<char> NotPlain = SearchValues.Create("`\"',()");

    /// <summary>Reads an order.</summary>
    /// <param name="clauses">The fields, the most important first, each as <c>metrics.auc DESC</c>.</param>
    /// <param name="kind">What is searched.</param>
    /// <returns>The order, ending with that of <see cref="Searchable.DefaultOrder"/>, so that it is total.</returns>
    /// <exception cref="SearchException">A clause is not understood, a field is given twice, or there are more than <see cref="SearchLimits.Orders"/>.</exception>
    public static IReadOnlyList<SearchOrder> Parse(IReadOnlyList<string>? clauses, Searchable kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        clauses ??= [];
        if (clauses.Count > SearchLimits.Orders) throw new SearchException($"There are {clauses.Count} fields to order by; at most {SearchLimits.Orders} are read.");
        var orders = clauses.Select(clause => ParseOne(clause, kind)).ToList();
        if (orders.DistinctBy(o => o.Field).Count() < orders.Count) throw new SearchException("`order_by` contains duplicate fields");
        orders.AddRange(kind.DefaultOrder.Where(d => orders.TrueForAll(o => o.Field != d.Field)));
        return orders;
    }

    private static SearchOrder ParseOne(string? clause, Searchable kind)
    {
        if (clause is { Length: > SearchLimits.Length }) throw new SearchException($"A field to order by has {clause.Length} characters; at most {SearchLimits.Length} are read.");
        var text = (clause ?? string.Empty).Trim();
        var isDescending = TryRemove(ref text, "DESC");
        if (!isDescending) TryRemove(ref text, "ASC");
        if (FieldOf(text, kind) is { } field) return new(field, isDescending);
        throw SearchErrors.At($"Invalid ordering key in order_by clause '{SearchErrors.Short(clause ?? string.Empty)}'.", 0);
    }

    private static SearchField? FieldOf(string text, Searchable kind)
    {
        if (Unquoted(text) is { } whole) return kind.FieldForOrder(null, whole);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return kind.FieldForOrder(null, text);
        var (entity, key) = (text[..dot], text[(dot + 1)..]);
        if (Unquoted(key) is { } quoted) return quoted.Length == 0 ? null : kind.FieldForOrder(entity, quoted);
        return key.Length > 0 && !key.AsSpan().ContainsAny(NotPlain) && !key.Any(char.IsWhiteSpace) ? kind.FieldForOrder(entity, key) : null;
    }

    private static string? Unquoted(string text)
    {
        if (text.Length < 2 || text[0] is not ('`' or '"') || text[^1] != text[0]) return null;
        var content = text[1..^1].Replace(new string(text[0], 2), "\0", StringComparison.Ordinal);
        return content.Contains(text[0], StringComparison.Ordinal) ? null : content.Replace('\0', text[0]);
    }

    private static bool TryRemove(ref string text, string word)
    {
        if (text.Length <= word.Length || !text.EndsWith(word, StringComparison.OrdinalIgnoreCase) || !char.IsWhiteSpace(text[^(word.Length + 1)])) return false;
        text = text[..^word.Length].TrimEnd();
        return true;
    }
}
