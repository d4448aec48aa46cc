using System.Text.Json;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Lists models and versions, a page at a time. A page says where it ended, by the key of its last row, so that the next costs the same wherever it is.</summary>
internal static class RegistrySearch
{
    internal static async Task<Page<RegisteredModel>> ModelsAsync(Session session, ModelQuery query)
    {
        RefuseUntilThereIsAGrammar(query.Filter, query.OrderBy);
        var after = query.After is null ? null : Read<string>(query.After);
        var models = await RegistryTables.ModelsAsync(session, $"""
            {RegistryTables.SelectModels}
            {(after is null ? string.Empty : "WHERE m.name > @Name")}
            ORDER BY m.name
            LIMIT @Limit
            """, new { Name = after, Limit = query.Limit + 1 }).ConfigureAwait(false);
        return Cut(models, query.Limit, last => last.Name);
    }

    internal static async Task<Page<ModelVersion>> VersionsAsync(Session session, VersionQuery query)
    {
        RefuseUntilThereIsAGrammar(query.Filter, query.OrderBy);
        var after = query.After is null ? default : Read<(string Model, int Version)>(query.After);
        List<string> conditions = [];
        if (query.Model is not null) conditions.Add("m.name = @Model");
        if (query.Stage is not null) conditions.Add("v.stage = @Stage");
        if (query.After is not null) conditions.Add("(m.name > @AfterModel OR (m.name = @AfterModel AND v.version < @AfterVersion))");
        var versions = await RegistryTables.VersionsAsync(session, $"""
            {RegistryTables.SelectVersions}
            {(conditions.Count == 0 ? string.Empty : "WHERE " + string.Join(" AND ", conditions))}
            ORDER BY m.name, v.version DESC
            LIMIT @Limit
            """, new { query.Model, query.Stage, AfterModel = after.Model, AfterVersion = after.Version, Limit = query.Limit + 1 }).ConfigureAwait(false);
        return Cut(versions, query.Limit, last => (last.Model, last.Version));
    }

    private static void RefuseUntilThereIsAGrammar(string? filter, IReadOnlyList<string> orderBy)
    {
        if (!string.IsNullOrWhiteSpace(filter)) throw new SearchException("Filters are not understood yet.", 0);
        if (orderBy.Count > 0) throw new SearchException("Another order is not understood yet.");
    }

    private static Page<T> Cut<T, TKey>(List<T> items, int limit, Func<T, TKey> key)
    {
        if (items.Count <= limit) return new(items, null);
        items.RemoveRange(limit, items.Count - limit);
        return new(items, Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(key(items[^1]), MlOpsJson.Options)));
    }

    private static T Read<T>(string token)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Convert.FromBase64String(token), MlOpsJson.Options)!;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new SearchException("The page to read on from is none that this search has given.");
        }
    }
}
