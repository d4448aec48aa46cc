using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Registers, changes and removes models.</summary>
internal static class ModelWriter
{
    /// <summary>Registers a model.</summary>
    /// <returns>Its key; null when there is one of the name.</returns>
    internal static Task<long?> TryCreateAsync(Session session, NewModel model) =>
        session.FirstAsync<long?>(Insert, new { model.Name, At = Micros.From(model.Note.At), model.Description });

    /// <summary>Notes that a model was changed, and holds it until the transaction ends.</summary>
    /// <returns>Its key.</returns>
    internal static async Task<long> TouchAsync(Session session, string model, DateTimeOffset at) =>
        await session.FirstAsync<long?>(Touch, new { Model = model, At = Micros.From(at) }).ConfigureAwait(false) ?? throw new NotFoundException("model", model);

    internal static async Task<List<RegistryEvent>> ChangeAsync(Session session, long key, string model, ModelChange change, IReadOnlyList<AliasChange> moves)
    {
        var entries = new List<RegistryEvent>();
        if (change.Description is not null || change.Tags.Count > 0 || change.RemovedTags.Count > 0)
        {
            if (change.Description is { } description)
                await session.ExecuteAsync("UPDATE models SET description = @Description WHERE model_key = @Key", new { Key = key, Description = description.Length == 0 ? null : description }).ConfigureAwait(false);
            await RegistryTables.TagAsync(session, "model_tags", "model_key", key, change.Tags, change.RemovedTags).ConfigureAwait(false);
            entries.Add(RegistryLog.Entry(RegistryEventKind.ModelChanged, model, change.Note));
        }

        if (change.Name is { } name && name != model)
        {
            await RenameAsync(session, key, model, name).ConfigureAwait(false);
            entries.Add(RegistryLog.Entry(RegistryEventKind.ModelRenamed, model, change.Note, from: model, to: name));
            entries.Add(RegistryLog.Entry(RegistryEventKind.ModelRenamed, name, change.Note, from: model, to: name));
            foreach (var move in moves)
            {
                entries.Add(RegistryLog.Entry(move with { Model = model, From = move.To, To = null }));
                entries.Add(RegistryLog.Entry(move));
            }
        }

        return entries;
    }

    internal static async Task<List<RegistryEvent>> DeleteAsync(Session session, long key, string model, ChangeNote note, IReadOnlyList<AliasChange> moves)
    {
        await session.ExecuteAsync(Retire, new { Key = key }).ConfigureAwait(false);
        foreach (var table in (string[])["aliases", "model_versions", "model_tags", "models"])
            await session.ExecuteAsync($"DELETE FROM {table} WHERE model_key = @Key", new { Key = key }).ConfigureAwait(false);
        return [.. moves.Select(RegistryLog.Entry), RegistryLog.Entry(RegistryEventKind.ModelDeleted, model, note)];
    }

    // The numbers that versions of the new name have or had must not come again: where they would, the name is refused.
    private static async Task RenameAsync(Session session, long key, string model, string name)
    {
        var row = new { Key = key, Name = name };
        if (await session.FirstAsync<long>("SELECT COUNT(*) FROM models WHERE name = @Name", row).ConfigureAwait(false) > 0)
            throw new ConflictException($"Model '{model}' cannot be called '{name}': another model is called so. Nothing was changed.");
        if (await session.FirstAsync<long>(CountBundles, row).ConfigureAwait(false) > 0) ModelNames.CheckModel(name);
        var taken = await session.FirstAsync<long?>(SelectTaken, row).ConfigureAwait(false) ?? 0;
        if (await session.FirstAsync<long>(CountVersionsUpTo, new { Key = key, Taken = taken }).ConfigureAwait(false) > 0)
            throw new ConflictException($"Model '{model}' cannot be called '{name}': an earlier model was, and had versions up to {taken}, whose numbers are not given to other versions. Nothing was changed. Choose another name.");
        await session.ExecuteAsync(Retire, row).ConfigureAwait(false);
        await session.ExecuteAsync(Rename, new { Key = key, Name = name, Taken = taken }).ConfigureAwait(false);
    }

    private const string Insert = """
        INSERT INTO models (name, created_at, updated_at, last_version, description)
        VALUES (@Name, @At, @At, COALESCE((SELECT last_version FROM retired_models WHERE name = @Name), 0), @Description)
        ON CONFLICT (name) DO NOTHING
        RETURNING model_key
        """;

    private const string Touch = """
        UPDATE models
        SET updated_at = @At
        WHERE name = @Model
        RETURNING model_key
        """;

    private const string Retire = """
        INSERT INTO retired_models (name, last_version, model_key)
        SELECT name, last_version, model_key
        FROM models
        WHERE model_key = @Key
        ON CONFLICT (name) DO UPDATE SET last_version = excluded.last_version, model_key = excluded.model_key
        """;

    private const string Rename = """
        UPDATE models
        SET name = @Name, last_version = CASE WHEN last_version < @Taken THEN @Taken ELSE last_version END
        WHERE model_key = @Key
        """;

    private const string CountBundles = """
        SELECT COUNT(*)
        FROM model_versions
        WHERE model_key = @Key AND bundle IS NOT NULL
        """;

    private const string SelectTaken = """
        SELECT last_version
        FROM retired_models
        WHERE name = @Name AND model_key <> @Key
        """;

    private const string CountVersionsUpTo = """
        SELECT COUNT(*)
        FROM model_versions
        WHERE model_key = @Key AND version <= @Taken
        """;
}
