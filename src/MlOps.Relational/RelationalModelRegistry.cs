using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Models, versions and aliases in tables.</summary>
internal sealed class RelationalModelRegistry(RelationalDatabase database, TimeProvider time, ILogger<RelationalModelRegistry> logger) : IModelRegistry
{
    private TaskCompletionSource _changed = NewSignal();

    public Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(version.Bundle, nameof(version));
        ModelNames.CheckModel(version.Model);
        var row = new
        {
            version.Model,
            version.RunId,
            version.Bundle.Artifact.Digest,
            CreatedAt = Micros.From(version.CreatedAt),
            Bundle = Json(version.Bundle),
            Evaluation = version.Evaluation is null ? null : Json(version.Evaluation),
            Acceptance = version.Acceptance is null ? null : Json(version.Acceptance),
        };
        return database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(UpsertModel, row).ConfigureAwait(false); // and nobody else writes this model until the end
                var registered = await session.FirstAsync<long?>(SelectSame, row).ConfigureAwait(false);
                if (registered is null)
                {
                    await session.ExecuteAsync(RaiseVersion, row).ConfigureAwait(false);
                    await session.ExecuteAsync(InsertVersion, row).ConfigureAwait(false);
                    registered = await session.FirstAsync<long>(SelectLastVersion, row).ConfigureAwait(false);
                }

                return (await ReadAsync(session, "m.name = @Model AND v.version = @Version", new { version.Model, Version = registered }).ConfigureAwait(false))[0];
            },
            cancellationToken);
    }

    public Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return FirstAsync("m.name = @Model AND v.version = @Version", new { Model = model, Version = version }, cancellationToken);
    }

    public Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        const string PointedTo = "m.name = @Model AND v.version = (SELECT a.version FROM aliases a WHERE a.model_key = m.model_key AND a.alias = @Alias)";
        return FirstAsync(PointedTo, new { Model = model, Alias = alias }, cancellationToken);
    }

    public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return database.ReadAsync<IReadOnlyList<ModelVersion>>(
            async session => await ReadAsync(session, "m.name = @Model", new { Model = model }).ConfigureAwait(false), cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async session => [.. (await session.QueryAsync<string>("SELECT name FROM models").ConfigureAwait(false)).Order(StringComparer.Ordinal)], cancellationToken);

    public async Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckChange(change);
        await database.WriteAsync(
            async session =>
            {
                var row = new { change.Model, change.Alias, change.From, change.To, change.By, change.Reason, At = Micros.From(change.At) };
                if (await session.ExecuteAsync(TouchModel, row).ConfigureAwait(false) == 0) throw new NotFoundException("model", change.Model);
                if (change.To is { } to && await session.FirstAsync<long>(CountVersion, row).ConfigureAwait(false) == 0)
                    throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{change.Model}/{to}"));
                var current = (int?)await session.FirstAsync<long?>(SelectAlias, row).ConfigureAwait(false);
                if (current != change.From) throw ModelNames.Conflict(change, current);
                await session.ExecuteAsync(change.To is null ? DeleteAlias : UpsertAlias, row).ConfigureAwait(false);
                return await session.ExecuteAsync(InsertChange, row).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    public Task<IReadOnlyList<AliasChange>> GetAliasHistoryAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return database.ReadAsync<IReadOnlyList<AliasChange>>(
            async session => (await session.QueryAsync<ChangeRow>($"""
                {SelectChanges}
                WHERE m.name = @Model
                ORDER BY c.change_id
                """, new { Model = model }).ConfigureAwait(false)).ConvertAll(row => row.ToChange()),
            cancellationToken);
    }

    public IAsyncEnumerable<AliasChange> WatchAsync(CancellationToken cancellationToken = default)
    {
        // The position is read now and not when the caller first waits: nothing that happens in between is missed.
        var position = database.ReadAtOnce(session => session.FirstAsync<long>("SELECT COALESCE(MAX(change_id), 0) FROM alias_changes"), cancellationToken);
        return FollowAsync(position, cancellationToken);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, MlOpsJson.Options);

    private static async Task<List<ModelVersion>> ReadAsync(Session session, string condition, object parameters)
    {
        var versions = await session.QueryAsync<VersionRow>($"""
            SELECT m.name AS Model, v.version AS Version, v.bundle AS Bundle, v.run_id AS RunId, v.created_at AS CreatedAt, v.evaluation AS Evaluation, v.acceptance AS Acceptance
            FROM model_versions v
            JOIN models m ON m.model_key = v.model_key
            WHERE {condition}
            ORDER BY v.version DESC
            """, parameters).ConfigureAwait(false);
        if (versions.Count == 0) return [];
        var aliases = (await session.QueryAsync<AliasRow>("""
            SELECT a.alias AS Alias, a.version AS Version
            FROM aliases a
            JOIN models m ON m.model_key = a.model_key
            WHERE m.name = @Model
            """, new { versions[0].Model }).ConfigureAwait(false)).ToLookup(row => row.Version, row => row.Alias);
        return versions.ConvertAll(row => row.ToVersion([.. aliases[row.Version].Order(StringComparer.Ordinal)]));
    }

    private Task<ModelVersion?> FirstAsync(string condition, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => (await ReadAsync(session, condition, parameters).ConfigureAwait(false)).FirstOrDefault(), cancellationToken);

    private async IAsyncEnumerable<AliasChange> FollowAsync(Task<long> start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = await start.ConfigureAwait(false);
        while (true)
        {
            var (changed, told) = (Volatile.Read(ref _changed).Task, database.NextChangeAsync()); // before the query, so that no change falls between
            foreach (var row in await ReadAfterAsync(position, cancellationToken).ConfigureAwait(false))
            {
                position = row.ChangeId;
                yield return row.ToChange();
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, told, Task.Delay(database.WatchInterval, time, waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<List<ChangeRow>> ReadAfterAsync(long position, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(
                session => session.QueryAsync<ChangeRow>($"""
                    {SelectChanges}
                    WHERE c.change_id > @Position
                    ORDER BY c.change_id
                    """, new { Position = position }),
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            logger.CannotWatch(database.Name, e); // a watch ends with its token only
            return [];
        }
    }

    private const string UpsertModel = """
        INSERT INTO models (name, created_at, updated_at, last_version)
        VALUES (@Model, @CreatedAt, @CreatedAt, 0)
        ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at
        """;

    private const string SelectSame = """
        SELECT v.version
        FROM model_versions v
        JOIN models m ON m.model_key = v.model_key
        WHERE m.name = @Model AND v.bundle_digest = @Digest AND (v.run_id = @RunId OR (v.run_id IS NULL AND @RunId IS NULL))
        """;

    private const string RaiseVersion = """
        UPDATE models
        SET last_version = last_version + 1
        WHERE name = @Model
        """;

    private const string InsertVersion = """
        INSERT INTO model_versions (model_key, version, bundle_digest, run_id, created_at, bundle, evaluation, acceptance)
        SELECT model_key, last_version, @Digest, @RunId, @CreatedAt, @Bundle, @Evaluation, @Acceptance
        FROM models
        WHERE name = @Model
        """;

    private const string SelectLastVersion = """
        SELECT last_version
        FROM models
        WHERE name = @Model
        """;

    private const string TouchModel = """
        UPDATE models
        SET updated_at = @At
        WHERE name = @Model
        """;

    private const string CountVersion = """
        SELECT COUNT(*)
        FROM model_versions v
        JOIN models m ON m.model_key = v.model_key
        WHERE m.name = @Model AND v.version = @To
        """;

    private const string SelectAlias = """
        SELECT a.version
        FROM aliases a
        JOIN models m ON m.model_key = a.model_key
        WHERE m.name = @Model AND a.alias = @Alias
        """;

    private const string UpsertAlias = """
        INSERT INTO aliases (model_key, alias, version)
        SELECT model_key, @Alias, @To
        FROM models
        WHERE name = @Model
        ON CONFLICT (model_key, alias) DO UPDATE SET version = excluded.version
        """;

    private const string DeleteAlias = """
        DELETE FROM aliases
        WHERE alias = @Alias AND model_key = (SELECT model_key FROM models WHERE name = @Model)
        """;

    private const string InsertChange = """
        INSERT INTO alias_changes (model_key, alias, from_version, to_version, changed_by, reason, changed_at)
        SELECT model_key, @Alias, @From, @To, @By, @Reason, @At
        FROM models
        WHERE name = @Model
        """;

    private const string SelectChanges = """
        SELECT c.change_id AS ChangeId, m.name AS Model, c.alias AS Alias, c.from_version AS FromVersion, c.to_version AS ToVersion,
            c.changed_by AS ChangedBy, c.reason AS Reason, c.changed_at AS ChangedAt
        FROM alias_changes c
        JOIN models m ON m.model_key = c.model_key
        """;

    private sealed class VersionRow
    {
        public string Model { get; init; } = string.Empty;

        public long Version { get; init; }

        public string Bundle { get; init; } = string.Empty;

        public string? RunId { get; init; }

        public long CreatedAt { get; init; }

        public string? Evaluation { get; init; }

        public string? Acceptance { get; init; }

        public ModelVersion ToVersion(IReadOnlyList<string> aliases) => new(
            Model,
            (int)Version,
            JsonSerializer.Deserialize<ModelBundle>(Bundle, MlOpsJson.Options)!,
            RunId,
            Micros.ToTime(CreatedAt),
            Evaluation is null ? null : JsonSerializer.Deserialize<EvaluationReport>(Evaluation, MlOpsJson.Options),
            Acceptance is null ? null : JsonSerializer.Deserialize<EvaluationReport>(Acceptance, MlOpsJson.Options),
            aliases);
    }

    private sealed class AliasRow
    {
        public string Alias { get; init; } = string.Empty;

        public long Version { get; init; }
    }

    private sealed class ChangeRow
    {
        public long ChangeId { get; init; }

        public string Model { get; init; } = string.Empty;

        public string Alias { get; init; } = string.Empty;

        public long? FromVersion { get; init; }

        public long? ToVersion { get; init; }

        public string ChangedBy { get; init; } = string.Empty;

        public string Reason { get; init; } = string.Empty;

        public long ChangedAt { get; init; }

        public AliasChange ToChange() => new(Model, Alias, (int?)FromVersion, (int?)ToVersion, ChangedBy, Reason, Micros.ToTime(ChangedAt));
    }
}
