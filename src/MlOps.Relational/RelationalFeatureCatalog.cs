using MlOps.Core;

namespace MlOps.Relational;

/// <summary>The versions of feature definitions, and how far views are materialized, in tables.</summary>
internal sealed class RelationalFeatureCatalog(RelationalDatabase database) : IFeatureCatalog
{
    public Task<IReadOnlyList<FeatureDefinitionVersion>> ListAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<FeatureDefinitionVersion>>(
            async session => (await session.QueryAsync<VersionRow>(SelectVersions + """

                WHERE is_removed = 0 AND version = (
                    SELECT MAX(newest.version)
                    FROM feature_definitions newest
                    WHERE newest.kind = d.kind AND newest.name = d.name
                )
                ORDER BY kind, name
                """).ConfigureAwait(false)).ConvertAll(row => row.ToVersion()),
            cancellationToken);

    public Task<IReadOnlyList<FeatureDefinitionVersion>> GetHistoryAsync(string kind, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(name);
        return database.ReadAsync<IReadOnlyList<FeatureDefinitionVersion>>(
            async session => (await session.QueryAsync<VersionRow>(SelectVersions + """

                WHERE kind = @Kind AND name = @Name
                ORDER BY version
                """, new { Kind = kind, Name = name }).ConfigureAwait(false)).ConvertAll(row => row.ToVersion()),
            cancellationToken);
    }

    public Task ApplyAsync(IReadOnlyList<FeatureDefinitionVersion> changes, CancellationToken cancellationToken = default)
    {
        FeatureCatalogChecks.Check(changes);
        if (changes.Count == 0) return Task.CompletedTask;

        // In one order, so that two who apply the same cannot wait for each other in a circle.
        var rows = changes.OrderBy(c => c.Kind, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal).Select(VersionRow.From).ToList();
        return database.WriteAsync(
            async session =>
            {
                foreach (var row in rows)
                {
                    var newest = await session.FirstAsync<long?>(SelectNewest, row).ConfigureAwait(false) ?? 0;
                    if (newest != row.Version - 1 || await session.ExecuteAsync(InsertVersion, row).ConfigureAwait(false) == 0)
                        throw new ConflictException($"The {row.Kind} '{row.Name}' has been changed by somebody else: version {row.Version} was to follow version {newest}. Nothing was applied; make a new plan.");
                }

                return rows.Count;
            },
            cancellationToken);
    }

    public Task<MaterializationMark?> FindMarkAsync(string view, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        return database.ReadAsync(
            async session => (await session.FirstAsync<MarkRow>(SelectMark, new { View = view }).ConfigureAwait(false))?.ToMark(),
            cancellationToken);
    }

    public Task<MaterializationMark> SetMarkAsync(MaterializationMark mark, CancellationToken cancellationToken = default)
    {
        FeatureCatalogChecks.Check(mark);
        var row = MarkRow.From(mark);
        return database.WriteAsync(
            async session => await session.ExecuteAsync(mark.Revision == 0 ? InsertMark : UpdateMark, row).ConfigureAwait(false) > 0
                ? (row with { Revision = row.Revision + 1 }).ToMark()
                : throw new ConflictException($"View '{mark.View}' is being materialized by somebody else: its mark is no longer at revision {mark.Revision}. Look at the mark again, and go on from there."),
            cancellationToken);
    }

    private const string SelectVersions = """
        SELECT kind AS Kind, name AS Name, version AS Version, digest AS Digest, definition AS Json, changed_by AS ChangedBy, reason AS Reason, changed_at AS ChangedAt, is_removed AS IsRemoved
        FROM feature_definitions d
        """;

    private const string SelectNewest = """
        SELECT MAX(version)
        FROM feature_definitions
        WHERE kind = @Kind AND name = @Name
        """;

    private const string InsertVersion = """
        INSERT INTO feature_definitions (kind, name, version, digest, definition, changed_by, reason, changed_at, is_removed)
        VALUES (@Kind, @Name, @Version, @Digest, @Json, @ChangedBy, @Reason, @ChangedAt, @IsRemoved)
        ON CONFLICT (kind, name, version) DO NOTHING
        """;

    private const string SelectMark = """
        SELECT view_name AS View, event_time AS EventTime, created_time AS CreatedTime, revision AS Revision, digest AS Digest, resume AS Resume
        FROM feature_marks
        WHERE view_name = @View
        """;

    private const string InsertMark = """
        INSERT INTO feature_marks (view_name, event_time, created_time, revision, digest, resume)
        VALUES (@View, @EventTime, @CreatedTime, 1, @Digest, @Resume)
        ON CONFLICT (view_name) DO NOTHING
        """;

    private const string UpdateMark = """
        UPDATE feature_marks
        SET event_time = @EventTime, created_time = @CreatedTime, revision = revision + 1, digest = @Digest, resume = @Resume
        WHERE view_name = @View AND revision = @Revision
        """;

    private sealed class VersionRow
    {
        public string Kind { get; init; } = string.Empty;

        public string Name { get; init; } = string.Empty;

        public long Version { get; init; }

        public string Digest { get; init; } = string.Empty;

        public string Json { get; init; } = string.Empty;

        public string ChangedBy { get; init; } = string.Empty;

        public string Reason { get; init; } = string.Empty;

        public long ChangedAt { get; init; }

        public long IsRemoved { get; init; }

        public static VersionRow From(FeatureDefinitionVersion version) => new()
        {
            Kind = version.Kind,
            Name = version.Name,
            Version = version.Version,
            Digest = version.Digest,
            Json = version.Json,
            ChangedBy = version.Note.By,
            Reason = version.Note.Reason,
            ChangedAt = Micros.From(version.Note.At),
            IsRemoved = version.IsRemoved ? 1 : 0,
        };

        public FeatureDefinitionVersion ToVersion() => new(Kind, Name, (int)Version, Digest, Json, new(ChangedBy, Reason, Micros.ToTime(ChangedAt)), IsRemoved != 0);
    }

    private sealed record MarkRow
    {
        public string View { get; init; } = string.Empty;

        public long EventTime { get; init; }

        public long? CreatedTime { get; init; }

        public long Revision { get; init; }

        public string Digest { get; init; } = string.Empty;

        public string? Resume { get; init; }

        public static MarkRow From(MaterializationMark mark) => new()
        {
            View = mark.View,
            EventTime = Micros.From(mark.EventTime),
            CreatedTime = mark.CreatedTime is { } created ? Micros.From(created) : null,
            Revision = mark.Revision,
            Digest = mark.Digest,
            Resume = mark.Resume,
        };

        public MaterializationMark ToMark() => new(View, Micros.ToTime(EventTime), CreatedTime is { } created ? Micros.ToTime(created) : null, Revision) { Digest = Digest, Resume = Resume };
    }
}
