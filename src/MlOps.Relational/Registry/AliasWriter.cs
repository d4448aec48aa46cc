using System.Globalization;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Moves aliases, and finds out which ones another change would move.</summary>
internal static class AliasWriter
{
    /// <summary>Refuses a change that does not fit what is there.</summary>
    /// <returns>The version that the alias would point to; null when it would point to none.</returns>
    internal static async Task<ModelVersion?> CheckAsync(Session session, AliasChange change)
    {
        var row = new { change.Model, change.Alias };
        if (await session.FirstAsync<long>("SELECT COUNT(*) FROM models WHERE name = @Model", row).ConfigureAwait(false) == 0) throw new NotFoundException("model", change.Model);
        var candidate = change.To is not { } to ? null : await RegistryTables.FindAsync(session, change.Model, to).ConfigureAwait(false)
            ?? throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{change.Model}/{to}"));
        var current = (int?)await session.FirstAsync<long?>(SelectAlias, row).ConfigureAwait(false);
        if (current != change.From) throw ModelNames.Conflict(change, current);
        if (change.IsRollBack && !await RegistryLog.HasPointedToAsync(session, change).ConfigureAwait(false))
            throw new ConflictException(string.Create(CultureInfo.InvariantCulture, $"The alias '{change.Alias}' of model '{change.Model}' cannot go back to version {change.To}: it never pointed to it. Nothing was changed."));
        return candidate;
    }

    internal static Task MoveAsync(Session session, long modelKey, AliasChange change) =>
        session.ExecuteAsync(change.To is null ? Delete : Upsert, new { Key = modelKey, change.Alias, change.To });

    /// <summary>Finds the changes of aliases that the removal of a model, or of one of its versions, is.</summary>
    internal static async Task<List<AliasChange>> RemovalsAsync(Session session, string model, int? version, ChangeNote note) =>
        (await PointersAsync(session, model).ConfigureAwait(false))
            .Where(row => version is null || row.Version == version)
            .Select(row => new AliasChange(model, row.Alias, (int)row.Version, null, note.By, note.Reason, note.At)).ToList();

    /// <summary>Finds the changes of aliases that another name for a model is, under that name.</summary>
    internal static async Task<List<AliasChange>> RenamesAsync(Session session, string model, string name, ChangeNote note) =>
        (await PointersAsync(session, model).ConfigureAwait(false)).ConvertAll(row => new AliasChange(name, row.Alias, null, (int)row.Version, note.By, note.Reason, note.At));

    private static Task<List<AliasRow>> PointersAsync(Session session, string model) => session.QueryAsync<AliasRow>(SelectPointers, new { Model = model });

    private const string SelectAlias = """
        SELECT v.version
        FROM aliases a
        JOIN models m ON m.model_key = a.model_key
        JOIN model_versions v ON v.version_key = a.version_key
        WHERE m.name = @Model AND a.alias = @Alias
        """;

    private const string SelectPointers = """
        SELECT a.alias AS Alias, v.version AS Version
        FROM aliases a
        JOIN models m ON m.model_key = a.model_key
        JOIN model_versions v ON v.version_key = a.version_key
        WHERE m.name = @Model
        ORDER BY a.alias
        """;

    private const string Upsert = """
        INSERT INTO aliases (model_key, alias, version_key)
        SELECT model_key, @Alias, version_key
        FROM model_versions
        WHERE model_key = @Key AND version = @To
        ON CONFLICT (model_key, alias) DO UPDATE SET version_key = excluded.version_key
        """;

    private const string Delete = """
        DELETE FROM aliases
        WHERE model_key = @Key AND alias = @Alias
        """;
}
