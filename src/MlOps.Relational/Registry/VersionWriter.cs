using System.Globalization;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Registers, changes and removes versions.</summary>
internal static class VersionWriter
{
    /// <summary>Registers a version, in a number of statements that does not depend on how many versions there are.</summary>
    /// <returns>Its number, and what is to be written into the history: nothing for one that is there already.</returns>
    internal static async Task<(int Version, List<RegistryEvent> Entries)> RegisterAsync(Session session, NewModelVersion version)
    {
        var note = new ChangeNote(version.By, string.Empty, version.CreatedAt);
        var entries = new List<RegistryEvent>();
        var key = await HoldAsync(session, new(version.Model, note), entries).ConfigureAwait(false);
        var row = new
        {
            Key = key,
            Digest = version.Bundle?.Artifact.Digest,
            version.RunId,
            CreatedAt = Micros.From(version.CreatedAt),
            RegisteredBy = version.By,
            Bundle = version.Bundle is null ? null : VersionRow.Json(version.Bundle),
            Evaluation = version.Evaluation is null ? null : VersionRow.Json(version.Evaluation),
            Acceptance = version.Acceptance is null ? null : VersionRow.Json(version.Acceptance),
            version.Source,
            version.RunLink,
            Description = string.IsNullOrEmpty(version.Description) ? null : version.Description,
            version.SemanticVersion,
            Stage = ModelStages.None,
            Signatures = VersionRow.Json(version.Signatures),
        };
        if (version.Bundle is not null && await session.FirstAsync<long?>(SelectSame, row).ConfigureAwait(false) is { } same) return ((int)same, []);
        if (version.SemanticVersion is not null && await session.FirstAsync<long?>(SelectSemantic, row).ConfigureAwait(false) is { } other)
            throw new ConflictException(string.Create(CultureInfo.InvariantCulture, $"Version {other} of model '{version.Model}' is {version.SemanticVersion} already. Nothing was registered. Raise the semantic version."));
        var number = (int)await session.FirstAsync<long>(RaiseVersion, row).ConfigureAwait(false);
        var versionKey = await session.FirstAsync<long>(Insert, row).ConfigureAwait(false);
        await RegistryTables.TagAsync(session, "version_tags", "version_key", versionKey, version.Tags, []).ConfigureAwait(false);
        entries.Add(RegistryLog.Entry(RegistryEventKind.VersionRegistered, version.Model, note, number, to: row.Digest ?? version.Source));
        entries.AddRange(version.Signatures.Select(_ => RegistryLog.Entry(RegistryEventKind.Signed, version.Model, note, number, to: row.Digest)));
        return (number, entries);
    }

    internal static async Task<List<RegistryEvent>> ChangeAsync(Session session, long modelKey, string model, int version, VersionChange change)
    {
        var row = await FindAsync(session, modelKey, model, version).ConfigureAwait(false);
        var entries = new List<RegistryEvent>();
        await session.ExecuteAsync(Touch, new { Key = row.VersionKey, At = Micros.From(change.Note.At) }).ConfigureAwait(false);
        if (change.Description is not null || change.Tags.Count > 0 || change.RemovedTags.Count > 0)
        {
            if (change.Description is { } description)
                await session.ExecuteAsync("UPDATE model_versions SET description = @Description WHERE version_key = @Key", new { Key = row.VersionKey, Description = description.Length == 0 ? null : description }).ConfigureAwait(false);
            await RegistryTables.TagAsync(session, "version_tags", "version_key", row.VersionKey, change.Tags, change.RemovedTags).ConfigureAwait(false);
            entries.Add(RegistryLog.Entry(RegistryEventKind.VersionChanged, model, change.Note, version));
        }

        if (change.Stage is { } stage) await StageAsync(session, modelKey, model, row, change, stage, entries).ConfigureAwait(false);
        if (change.Signature is { } signature) await SignAsync(session, model, row, change.Note, signature, entries).ConfigureAwait(false);
        return entries;
    }

    internal static async Task<List<RegistryEvent>> DeleteAsync(Session session, long modelKey, string model, int version, ChangeNote note, IReadOnlyList<AliasChange> moves)
    {
        var row = await FindAsync(session, modelKey, model, version).ConfigureAwait(false);
        foreach (var table in (string[])["aliases", "model_versions"])
            await session.ExecuteAsync($"DELETE FROM {table} WHERE version_key = @Key", new { Key = row.VersionKey }).ConfigureAwait(false);
        return [.. moves.Select(RegistryLog.Entry), RegistryLog.Entry(RegistryEventKind.VersionDeleted, model, note, version)];
    }

    // Holds the model, and registers it when it is new; of two who do so at once, one comes second and finds it.
    private static async Task<long> HoldAsync(Session session, NewModel model, List<RegistryEvent> entries)
    {
        while (true)
        {
            if (await session.FirstAsync<long?>("UPDATE models SET last_version = last_version WHERE name = @Name RETURNING model_key", new { model.Name }).ConfigureAwait(false) is { } there) return there;
            if (await ModelWriter.TryCreateAsync(session, model).ConfigureAwait(false) is not { } created) continue;
            entries.Add(RegistryLog.Entry(RegistryEventKind.ModelCreated, model.Name, model.Note));
            return created;
        }
    }

    private static async Task<WrittenRow> FindAsync(Session session, long modelKey, string model, int version) =>
        await session.FirstAsync<WrittenRow>(Select, new { ModelKey = modelKey, Version = version }).ConfigureAwait(false)
            ?? throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{model}/{version}"));

    private static async Task StageAsync(Session session, long modelKey, string model, WrittenRow row, VersionChange change, string stage, List<RegistryEvent> entries)
    {
        if (row.Stage != stage) await MoveAsync(row, stage).ConfigureAwait(false);
        if (!change.ArchiveOthers) return;
        foreach (var other in await session.QueryAsync<WrittenRow>(SelectStage, new { ModelKey = modelKey, Stage = stage, row.VersionKey }).ConfigureAwait(false))
            await MoveAsync(other, ModelStages.Archived).ConfigureAwait(false);

        async Task MoveAsync(WrittenRow moved, string to)
        {
            await session.ExecuteAsync(SetStage, new { Key = moved.VersionKey, Stage = to, At = Micros.From(change.Note.At) }).ConfigureAwait(false);
            entries.Add(RegistryLog.Entry(RegistryEventKind.StageChanged, model, change.Note, (int)moved.Version, from: moved.Stage, to: to));
        }
    }

    private static async Task SignAsync(Session session, string model, WrittenRow row, ChangeNote note, BundleSignature signature, List<RegistryEvent> entries)
    {
        if (row.Digest is null) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Version {row.Version} of model '{model}' has no bundle that could be signed."), nameof(signature));
        var signatures = VersionRow.Read<List<BundleSignature>>(row.Signatures);
        if (signatures.Exists(s => s.KeyId == signature.KeyId && s.Value == signature.Value)) return;
        signatures.Add(signature);
        await session.ExecuteAsync("UPDATE model_versions SET signatures = @Signatures WHERE version_key = @Key", new { Key = row.VersionKey, Signatures = VersionRow.Json(signatures) }).ConfigureAwait(false);
        entries.Add(RegistryLog.Entry(RegistryEventKind.Signed, model, note, (int)row.Version, to: row.Digest));
    }

    private const string SelectSame = """
        SELECT version
        FROM model_versions
        WHERE model_key = @Key AND bundle_digest = @Digest AND (run_id = @RunId OR (run_id IS NULL AND @RunId IS NULL))
        """;

    private const string SelectSemantic = """
        SELECT version
        FROM model_versions
        WHERE model_key = @Key AND semantic_version = @SemanticVersion
        """;

    private const string RaiseVersion = """
        UPDATE models
        SET last_version = last_version + 1, updated_at = @CreatedAt
        WHERE model_key = @Key
        RETURNING last_version
        """;

    private const string Insert = """
        INSERT INTO model_versions (model_key, version, bundle_digest, run_id, created_at, updated_at, registered_by, bundle, evaluation, acceptance,
            source, run_link, description, semantic_version, stage, signatures)
        SELECT model_key, last_version, @Digest, @RunId, @CreatedAt, @CreatedAt, @RegisteredBy, @Bundle, @Evaluation, @Acceptance,
            @Source, @RunLink, @Description, @SemanticVersion, @Stage, @Signatures
        FROM models
        WHERE model_key = @Key
        RETURNING version_key
        """;

    private const string Touch = """
        UPDATE model_versions
        SET updated_at = @At
        WHERE version_key = @Key
        """;

    private const string Select = """
        SELECT version_key AS VersionKey, version AS Version, stage AS Stage, bundle_digest AS Digest, signatures AS Signatures
        FROM model_versions
        WHERE model_key = @ModelKey AND version = @Version
        """;

    private const string SelectStage = """
        SELECT version_key AS VersionKey, version AS Version, stage AS Stage, bundle_digest AS Digest, signatures AS Signatures
        FROM model_versions
        WHERE model_key = @ModelKey AND stage = @Stage AND version_key <> @VersionKey
        ORDER BY version
        """;

    private const string SetStage = """
        UPDATE model_versions
        SET stage = @Stage, updated_at = @At
        WHERE version_key = @Key
        """;

    private sealed class WrittenRow
    {
        public long VersionKey { get; init; }

        public long Version { get; init; }

        public string Stage { get; init; } = string.Empty;

        public string? Digest { get; init; }

        public string Signatures { get; init; } = string.Empty;
    }
}
