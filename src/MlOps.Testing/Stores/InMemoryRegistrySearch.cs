using System.Globalization;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>Lists what the registry in memory keeps, a page at a time.</summary>
internal static class InMemoryRegistrySearch
{
    internal static Page<RegisteredModel> Models(IEnumerable<RegisteredModel> models, ModelQuery query)
    {
        RefuseUntilThereIsAGrammar(query.Filter, query.OrderBy);
        var found = models.OrderBy(model => model.Name, StringComparer.Ordinal).Where(model => query.After is null || string.CompareOrdinal(model.Name, query.After) > 0);
        return Cut(found, query.Limit, last => last.Name);
    }

    internal static Page<ModelVersion> Versions(IEnumerable<ModelVersion> versions, VersionQuery query)
    {
        RefuseUntilThereIsAGrammar(query.Filter, query.OrderBy);
        var found = versions.Where(version => query.Stage is null || version.Stage == query.Stage)
            .OrderBy(version => version.Model, StringComparer.Ordinal).ThenByDescending(version => version.Version).AsEnumerable();
        if (query.After is { } after)
        {
            var slash = after.LastIndexOf('/');
            if (slash < 0 || !int.TryParse(after.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new SearchException("The page to read on from is none that this search has given.");
            found = found.Where(version => string.CompareOrdinal(version.Model, after[..slash]) is var order && (order > 0 || (order == 0 && version.Version < number)));
        }

        return Cut(found, query.Limit, last => string.Create(CultureInfo.InvariantCulture, $"{last.Model}/{last.Version}"));
    }

    private static void RefuseUntilThereIsAGrammar(string? filter, IReadOnlyList<string> orderBy)
    {
        if (!string.IsNullOrWhiteSpace(filter)) throw new SearchException("Filters are not understood yet.", 0);
        if (orderBy.Count > 0) throw new SearchException("Another order is not understood yet.");
    }

    private static Page<T> Cut<T>(IEnumerable<T> found, int limit, Func<T, string> key)
    {
        List<T> items = [.. found.Take(limit + 1)];
        if (items.Count <= limit) return new(items, null);
        items.RemoveAt(limit);
        return new(items, key(items[^1]));
    }
}
