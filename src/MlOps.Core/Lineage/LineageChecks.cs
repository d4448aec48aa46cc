namespace MlOps.Core;

/// <summary>What every lineage store refuses, before it touches anything.</summary>
public static class LineageChecks
{
    /// <summary>The most nodes that one call may visit or list.</summary>
    public const int MaxLimit = 100_000;

    /// <summary>The most characters of an identifier, a name or a relation.</summary>
    public const int MaxId = 1000;

    /// <summary>Refuses edges that cannot be recorded.</summary>
    /// <param name="edges">The edges.</param>
    /// <exception cref="ArgumentException">A node has no identifier or no kind, an edge has no relation or ends before it begins, or a text is too long.</exception>
    public static void Check(IReadOnlyCollection<LineageEdge> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        foreach (var edge in edges)
        {
            ArgumentNullException.ThrowIfNull(edge, nameof(edges));
            Check(edge.From, nameof(edges));
            Check(edge.To, nameof(edges));
            CheckText(edge.Relation, "relation", nameof(edges));
            if (edge.From == edge.To) throw new ArgumentException($"The {edge.From.Kind} '{edge.From.Id}' cannot go into itself.", nameof(edges));
            if (edge.EndedAt < edge.At) throw new ArgumentException($"The edge to '{edge.To.Id}' ends before it begins.", nameof(edges));
            if (edge.RunId is { } run) CheckText(run, "run", nameof(edges));
        }
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The start, the depth, the limit, a kind or a relation is wrong.</exception>
    public static void Check(LineageQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        Check(query.Start, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(query.Depth, nameof(query));
        CheckLimit(query.Limit);
        if (!Enum.IsDefined(query.Direction)) throw new ArgumentException($"{query.Direction} is no direction.", nameof(query));
        foreach (var kind in query.Kinds) CheckKind(kind, nameof(query));
        foreach (var relation in query.Relations) CheckText(relation, "relation", nameof(query));
    }

    /// <summary>Refuses a limit that is not between 1 and <see cref="MaxLimit"/>.</summary>
    /// <param name="limit">The limit.</param>
    public static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
    }

    /// <summary>Cuts a text to what a name may have.</summary>
    /// <param name="text">The text.</param>
    /// <param name="otherwise">What to take when it is empty.</param>
    /// <returns>The name.</returns>
    public static string Shorten(string text, string otherwise)
    {
        ArgumentNullException.ThrowIfNull(text);
        var name = string.IsNullOrWhiteSpace(text) ? otherwise : text;
        return name.Length <= MaxId ? name : name[..(MaxId - 1)] + "…";
    }

    private static void Check(LineageNode node, string argument)
    {
        if (node is null) throw new ArgumentException("A node is missing.", argument);
        CheckKind(node.Kind, argument);
        CheckText(node.Id, "identifier", argument);
        CheckText(node.Name, "name", argument);
    }

    private static void CheckKind(LineageKind kind, string argument)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentException($"{kind} is no kind of node.", argument);
    }

    private static void CheckText(string? text, string what, string argument)
    {
        if (string.IsNullOrWhiteSpace(text)) throw new ArgumentException($"A node or an edge has no {what}.", argument);
        if (text.Length > MaxId) throw new ArgumentException($"The {what} '{text[..40]}…' has {text.Length} characters; {MaxId} are allowed.", argument);
        if (text.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException($"The {what} holds a NUL character.", argument);
    }
}
