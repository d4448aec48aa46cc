using Dapper;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Searches models and versions.</summary>
internal static class RegistrySearch
{
    private static readonly SearchColumns Models = new(
        "m.model_key",
        new Dictionary<string, SearchColumn>
        {
            ["name"] = new("m.name"),
            ["creation_timestamp"] = new("m.created_at"),
            ["last_updated_timestamp"] = new("m.updated_at"),
        },
        new Dictionary<SearchEntity, SearchPart> { [SearchEntity.Tag] = new("model_tags", "model_key") });

    private static readonly SearchColumns Versions = new(
        "v.version_key",
        new Dictionary<string, SearchColumn>
        {
            ["name"] = new("m.name"),
            ["run_id"] = new("v.run_id", IsOptional: true),
            ["source_path"] = new("v.source", IsOptional: true),
            ["version_number"] = new("v.version"),
            ["creation_timestamp"] = new("v.created_at"),
            ["last_updated_timestamp"] = new("v.updated_at"),
        },
        new Dictionary<SearchEntity, SearchPart> { [SearchEntity.Tag] = new("version_tags", "version_key") });

    private static readonly string Stages = string.Join(" UNION ALL ", ModelStages.All.Select(stage => $"SELECT '{stage}' AS stage"));

    internal static async Task<Page<RegisteredModel>> ModelsAsync(Session session, SearchPlan plan, ModelQuery query)
    {
        var parameters = new DynamicParameters(new { Limit = query.Limit + 1 });
        var search = new SearchSql(session.Database, Models, plan, parameters);
        var models = await RegistryTables.ModelsAsync(session, Select(RegistryTables.SelectModels, search, search.Conditions), parameters).ConfigureAwait(false);
        if (models.Count <= query.Limit) return new(models, null);
        models.RemoveAt(query.Limit);
        parameters.Add("LastModel", models[^1].Name);
        var keys = await session.RowAsync($"SELECT {search.KeyColumns} FROM models m{search.Joins} WHERE m.name = @LastModel", parameters).ConfigureAwait(false);
        return new(models, plan.NextOf(search.ReadKeys(keys)));
    }

    internal static async Task<Page<ModelVersion>> VersionsAsync(Session session, SearchPlan plan, VersionQuery query)
    {
        var parameters = new DynamicParameters(new { query.Model, query.Stage, Limit = query.Limit + 1 });
        var search = new SearchSql(session.Database, Versions, plan, parameters);
        List<string> conditions = [.. search.Conditions];
        if (query.Model is not null) conditions.Add("m.name = @Model");
        if (query.Stage is not null) conditions.Add("v.stage = @Stage");
        if (query.Model is not null && plan is { After: [_, double version], Orders: [{ Field.Key: "name" }, { Field.Key: "version_number", IsDescending: true }] })
        {
            conditions.Add("v.version < @AfterVersion"); // what an index can use
            parameters.Add("AfterVersion", (long)version);
        }

        var versions = await RegistryTables.VersionsAsync(session, Select(RegistryTables.SelectVersions, search, conditions), parameters).ConfigureAwait(false);
        if (versions.Count <= query.Limit) return new(versions, null);
        versions.RemoveAt(query.Limit);
        parameters.AddDynamicParams(new { LastModel = versions[^1].Model, LastVersion = versions[^1].Version });
        var keys = await session.RowAsync($"""
            SELECT {search.KeyColumns}
            FROM model_versions v
            JOIN models m ON m.model_key = v.model_key{search.Joins}
            WHERE m.name = @LastModel AND v.version = @LastVersion
            """, parameters).ConfigureAwait(false);
        return new(versions, plan.NextOf(search.ReadKeys(keys)));
    }

    // An index leads to the newest version of each stage, however many versions a model has.
    internal static async Task<IReadOnlyList<ModelVersion>> LatestAsync(Session session, IReadOnlyCollection<string> models)
    {
        var versions = await RegistryTables.VersionsAsync(session, $"""
            {RegistryTables.SelectVersions}
            WHERE v.version_key IN (
                SELECT (
                    SELECT l.version_key
                    FROM model_versions l
                    WHERE l.model_key = n.model_key AND l.stage = s.stage
                    ORDER BY l.version DESC
                    LIMIT 1)
                FROM models n
                CROSS JOIN ({Stages}) s
                WHERE {session.Database.IsOneOf("n.name", "Models")})
            """, new { Models = models.Distinct(StringComparer.Ordinal).ToArray() }).ConfigureAwait(false);
        return ModelStages.InOrder(versions);
    }

    private static string Select(string select, SearchSql search, IReadOnlyList<string> conditions) => $"""
        {select}{search.Joins}
        {(conditions.Count == 0 ? string.Empty : "WHERE " + string.Join("\n    AND ", conditions))}
        ORDER BY {search.OrderBy}
        LIMIT @Limit
        """;
}
