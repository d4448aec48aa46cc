using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Reads models and versions with their tags and aliases, in as many queries for a page as for one.</summary>
internal static class RegistryTables
{
    internal const string SelectModels = """
        SELECT m.model_key AS ModelKey, m.name AS Name, m.created_at AS CreatedAt, m.updated_at AS UpdatedAt, m.last_version AS LastVersion, m.description AS Description
        FROM models m
        """;

    internal const string SelectVersions = """
        SELECT v.version_key AS VersionKey, m.name AS Model, v.version AS Version, v.bundle AS Bundle, v.run_id AS RunId, v.created_at AS CreatedAt, v.updated_at AS UpdatedAt,
            v.registered_by AS RegisteredBy, v.evaluation AS Evaluation, v.acceptance AS Acceptance, v.source AS Source, v.run_link AS RunLink, v.description AS Description,
            v.semantic_version AS SemanticVersion, v.stage AS Stage, v.signatures AS Signatures
        FROM model_versions v
        JOIN models m ON m.model_key = v.model_key
        """;

    /// <summary>Reads models by a query that begins as <see cref="SelectModels"/>.</summary>
    internal static async Task<List<RegisteredModel>> ModelsAsync(Session session, string sql, object parameters)
    {
        var rows = await session.QueryAsync<ModelRow>(sql, parameters).ConfigureAwait(false);
        if (rows.Count == 0) return [];
        var keys = session.Database.KeysParameter(rows.ConvertAll(row => row.ModelKey));
        var tags = await TagsAsync(session, "model_tags", "model_key", keys).ConfigureAwait(false);
        var aliases = await AliasesAsync(session, "model_key", keys).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToModel(tags[row.ModelKey], aliases[row.ModelKey]));
    }

    /// <summary>Reads versions by a query that begins as <see cref="SelectVersions"/>.</summary>
    internal static async Task<List<ModelVersion>> VersionsAsync(Session session, string sql, object parameters)
    {
        var rows = await session.QueryAsync<VersionRow>(sql, parameters).ConfigureAwait(false);
        if (rows.Count == 0) return [];
        var keys = session.Database.KeysParameter(rows.ConvertAll(row => row.VersionKey));
        var tags = await TagsAsync(session, "version_tags", "version_key", keys).ConfigureAwait(false);
        var aliases = await AliasesAsync(session, "version_key", keys).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToVersion(tags[row.VersionKey], aliases[row.VersionKey]));
    }

    internal static async Task<ModelVersion?> FindAsync(Session session, string model, int version) =>
        (await VersionsAsync(session, $"{SelectVersions}\nWHERE m.name = @Model AND v.version = @Version", new { Model = model, Version = version }).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>Sets and removes tags.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="table">The table, model_tags or version_tags.</param>
    /// <param name="owner">Its first column.</param>
    /// <param name="key">The key of what has the tags.</param>
    /// <param name="tags">The tags to set.</param>
    /// <param name="removed">The tags to remove.</param>
    internal static async Task TagAsync(Session session, string table, string owner, long key, IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> removed)
    {
        foreach (var name in removed) await session.ExecuteAsync($"DELETE FROM {table} WHERE {owner} = @Owner AND name = @Name", new { Owner = key, Name = name }).ConfigureAwait(false);
        var upsert = $"""
            INSERT INTO {table} ({owner}, name, value)
            VALUES (@Owner, @Name, @Value)
            ON CONFLICT ({owner}, name) DO UPDATE SET value = excluded.value
            """;
        foreach (var (name, value) in tags) await session.ExecuteAsync(upsert, new { Owner = key, Name = name, Value = value }).ConfigureAwait(false);
    }

    private static async Task<ILookup<long, TextRow>> TagsAsync(Session session, string table, string owner, object keys) =>
        (await session.QueryAsync<TextRow>($"""
            SELECT {owner} AS Owner, name AS Name, value AS Value
            FROM {table}
            WHERE {session.Database.IsOneOfKeys(owner)}
            """, new { Keys = keys }).ConfigureAwait(false)).ToLookup(row => row.Owner);

    private static async Task<ILookup<long, AliasRow>> AliasesAsync(Session session, string owner, object keys) =>
        (await session.QueryAsync<AliasRow>($"""
            SELECT a.{owner} AS Owner, a.alias AS Alias, v.version AS Version
            FROM aliases a
            JOIN model_versions v ON v.version_key = a.version_key
            WHERE {session.Database.IsOneOfKeys("a." + owner)}
            """, new { Keys = keys }).ConfigureAwait(false)).ToLookup(row => row.Owner);
}
