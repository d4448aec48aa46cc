using System.Globalization;

namespace MlOps.Core;

/// <summary>A search that is understood: which, in which order, and from where on. Stores carry it out.</summary>
public sealed class SearchPlan
{
    private readonly string _fingerprint;

    private SearchPlan(SearchFilter? filter, IReadOnlyList<SearchOrder> orders, string fingerprint, string? after)
    {
        Filter = filter;
        Orders = orders;
        _fingerprint = fingerprint;
        After = after is null ? null : SearchCursor.Read(after, fingerprint, orders);
    }

    /// <summary>Gets the condition; null for all.</summary>
    public SearchFilter? Filter { get; }

    /// <summary>Gets the order, which is total.</summary>
    public IReadOnlyList<SearchOrder> Orders { get; }

    /// <summary>Gets the values of <see cref="Orders"/> of the last row of the page before; null for the first page. A value that a row does not have is null.</summary>
    public IReadOnlyList<object?>? After { get; }

    /// <summary>Understands a search.</summary>
    /// <param name="kind">What is searched.</param>
    /// <param name="filter">The condition; null for all.</param>
    /// <param name="orderBy">The order.</param>
    /// <param name="after">Where to read on; null from the start.</param>
    /// <param name="scope">The conditions that are not in the filter: a page of a search cannot be read on in one of another scope.</param>
    /// <returns>The search.</returns>
    /// <exception cref="SearchException">Something is not understood, or the page is none of this search.</exception>
    public static SearchPlan Create(Searchable kind, string? filter, IReadOnlyList<string> orderBy, string? after, params IEnumerable<string?> scope)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(orderBy);
        ArgumentNullException.ThrowIfNull(scope);
        var (condition, orders) = (SearchFilter.Parse(filter, kind), SearchOrder.Parse(orderBy, kind));
        var parts = orders.Select(o => $"{o.Field.Entity}.{o.Field.Key} {o.IsDescending}").Prepend(filter?.Trim()).Prepend(kind.Name).Concat(scope);
        var fingerprint = Sha256.Hex(string.Concat(parts.Select(part => part is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}"))))[..16];
        return new(condition, orders, fingerprint, after);
    }

    /// <summary>Writes where the next page begins.</summary>
    /// <param name="last">The values of <see cref="Orders"/> of the last row of this page: a <see cref="string"/>, a <see cref="double"/> or a <see cref="long"/> as their types say, null for what it does not have.</param>
    /// <returns>The place, for <see cref="Page{T}.Next"/>.</returns>
    public string NextOf(IReadOnlyList<object?> last)
    {
        ArgumentNullException.ThrowIfNull(last);
        return SearchCursor.Write(_fingerprint, last);
    }

    /// <summary>Searches what is in memory.</summary>
    /// <typeparam name="T">What is searched.</typeparam>
    /// <param name="rows">All of them.</param>
    /// <param name="limit">The most on a page.</param>
    /// <param name="valuesOf">The values of a field of a row: none when it does not have it, several for datasets.</param>
    /// <returns>The page.</returns>
    public Page<T> Search<T>(IEnumerable<T> rows, int limit, Func<T, SearchField, IEnumerable<object>> valuesOf)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(valuesOf);
        var found = rows
            .Where(row => SearchEvaluation.Holds(Filter, field => valuesOf(row, field)))
            .Select(row => (Row: row, Keys: Orders.Select(o => valuesOf(row, o.Field).FirstOrDefault()).ToArray()))
            .Where(row => After is null || SearchEvaluation.Compare(Orders, row.Keys, After) > 0)
            .ToList();
        found.Sort((a, b) => SearchEvaluation.Compare(Orders, a.Keys, b.Keys));
        return new([.. found.Take(limit).Select(f => f.Row)], found.Count > limit ? NextOf(found[limit - 1].Keys) : null);
    }
}
