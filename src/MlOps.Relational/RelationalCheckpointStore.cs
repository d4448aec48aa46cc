using System.Runtime.CompilerServices;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Leases and checkpoints in tables.</summary>
internal sealed class RelationalCheckpointStore(RelationalDatabase database, TimeProvider time) : ICheckpointStore
{
    private const int PageSize = 500;

    public Task BeginAsync(RunLease run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfNotEqual(run.Token, 1, nameof(run));
        return database.WriteAsync(
            async session =>
            {
                var row = new { run.RunId, run.Pipeline, run.Request, run.Owner, run.Token, StartedAt = Micros.From(run.StartedAt), ExpiresAt = Micros.From(run.ExpiresAt) };
                if (await session.ExecuteAsync(InsertLease, row).ConfigureAwait(false) > 0) return true;
                if (await session.FirstAsync<long>(CountBegunByOwner, row).ConfigureAwait(false) > 0) return true;
                throw new ConflictException($"Run '{run.RunId}' has begun already. Take its lease over, or begin another run.");
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<RunLease>> ListUnfinishedAsync(string pipeline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return database.ReadAsync<IReadOnlyList<RunLease>>(
            async session => (await session.QueryAsync<LeaseRow>(SelectUnfinished, new { Pipeline = pipeline }).ConfigureAwait(false)).ConvertAll(row => row.ToLease()),
            cancellationToken);
    }

    public Task<RunLease?> TryTakeOverAsync(RunLease lease, string owner, DateTimeOffset expiresAt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(owner);
        return database.WriteAsync(
            async session =>
            {
                var change = new { lease.RunId, lease.Token, Owner = owner, ExpiresAt = Micros.From(expiresAt) };
                return await session.ExecuteAsync(TakeOver, change).ConfigureAwait(false) > 0
                    ? (await session.FirstAsync<LeaseRow>(SelectLease, change).ConfigureAwait(false))!.ToLease()
                    : null;
            },
            cancellationToken);
    }

    public Task<bool> RenewAsync(RunLease lease, DateTimeOffset expiresAt, CancellationToken cancellationToken = default) =>
        ChangeAsync(lease, Renew, Micros.From(expiresAt), cancellationToken);

    public Task<bool> EndAsync(RunLease lease, CancellationToken cancellationToken = default) => ChangeAsync(lease, End, Micros.From(time.GetUtcNow()), cancellationToken);

    public Task<bool> CommitAsync(RunLease lease, StageCheckpoint checkpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.RunId != lease.RunId) throw new ArgumentException($"The checkpoint is of run '{checkpoint.RunId}', the lease of run '{lease.RunId}'.", nameof(checkpoint));
        if (checkpoint.Status is StageStatus.Skipped) throw new ArgumentException("A stage that did not run leaves no checkpoint.", nameof(checkpoint));
        var row = CheckpointRow.From(checkpoint);
        return database.WriteAsync(
            async session =>
            {
                // An update that changes nothing: it asks whose the lease is and keeps it from being taken over until the commit.
                if (await session.ExecuteAsync(HoldLease, new { lease.RunId, lease.Token }).ConfigureAwait(false) == 0) return false;
                await session.ExecuteAsync(DeleteFailed, row).ConfigureAwait(false);
                return await session.ExecuteAsync(InsertCheckpoint, row).ConfigureAwait(false) > 0;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<StageCheckpoint>> ListAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return database.ReadAsync<IReadOnlyList<StageCheckpoint>>(
            async session => (await session.QueryAsync<CheckpointRow>(SelectCheckpoints + """

                WHERE run_id = @RunId
                ORDER BY ended_at, checkpoint_id
                """, new { RunId = runId }).ConfigureAwait(false)).ConvertAll(row => row.ToCheckpoint()),
            cancellationToken);
    }

    public Task<StageCheckpoint?> FindByKeyAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return NewestAsync("cache_key = @Key", new { Key = key }, cancellationToken);
    }

    public Task<StageCheckpoint?> FindLatestAsync(string pipeline, string stage, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(stage);
        return NewestAsync("pipeline = @Pipeline AND stage = @Stage", new { Pipeline = pipeline, Stage = stage }, cancellationToken);
    }

    public async IAsyncEnumerable<StageCheckpoint> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var last = 0L; ;)
        {
            var after = last;
            var page = await database.ReadAsync(
                session => session.QueryAsync<CheckpointRow>($"""
                    {SelectCheckpoints}
                    WHERE checkpoint_id > @After
                    ORDER BY checkpoint_id
                    LIMIT {PageSize}
                    """, new { After = after }),
                cancellationToken).ConfigureAwait(false);
            if (page.Count == 0) yield break;
            foreach (var row in page) yield return row.ToCheckpoint();
            last = page[^1].CheckpointId;
        }
    }

    public Task<int> DeleteEndedAsync(DateTimeOffset endedBefore, bool isDryRun = false, CancellationToken cancellationToken = default)
    {
        var parameters = new { EndedBefore = Micros.From(endedBefore) };
        return isDryRun
            ? database.ReadAsync(async session => (int)await session.FirstAsync<long>("SELECT COUNT(*) FROM pipeline_runs WHERE ended_at < @EndedBefore", parameters).ConfigureAwait(false), cancellationToken)
            : database.WriteAsync(session => session.ExecuteAsync("DELETE FROM pipeline_runs WHERE ended_at < @EndedBefore", parameters), cancellationToken);
    }

    private Task<StageCheckpoint?> NewestAsync(string condition, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session => (await session.FirstAsync<CheckpointRow>($"""
                {SelectCheckpoints}
                WHERE {condition} AND status <> 'Failed'
                ORDER BY ended_at DESC, checkpoint_id DESC
                LIMIT 1
                """, parameters).ConfigureAwait(false))?.ToCheckpoint(),
            cancellationToken);

    private Task<bool> ChangeAsync(RunLease lease, string sql, long moment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return database.WriteAsync(
            async session => await session.ExecuteAsync(sql, new { lease.RunId, lease.Token, Moment = moment }).ConfigureAwait(false) > 0,
            cancellationToken);
    }

    private const string InsertLease = """
        INSERT INTO pipeline_runs (run_id, pipeline, request, owner, token, started_at, expires_at)
        VALUES (@RunId, @Pipeline, @Request, @Owner, @Token, @StartedAt, @ExpiresAt)
        ON CONFLICT (run_id) DO NOTHING
        """;

    private const string CountBegunByOwner = """
        SELECT COUNT(*)
        FROM pipeline_runs
        WHERE run_id = @RunId AND owner = @Owner AND token = 1 AND ended_at IS NULL
        """;

    private const string SelectLease = """
        SELECT run_id AS RunId, pipeline AS Pipeline, request AS Request, owner AS Owner, token AS Token, started_at AS StartedAt, expires_at AS ExpiresAt
        FROM pipeline_runs
        WHERE run_id = @RunId
        """;

    private const string SelectUnfinished = """
        SELECT run_id AS RunId, pipeline AS Pipeline, request AS Request, owner AS Owner, token AS Token, started_at AS StartedAt, expires_at AS ExpiresAt
        FROM pipeline_runs
        WHERE pipeline = @Pipeline AND ended_at IS NULL
        ORDER BY started_at DESC, run_id DESC
        """;

    private const string TakeOver = """
        UPDATE pipeline_runs
        SET owner = @Owner, token = token + 1, expires_at = @ExpiresAt
        WHERE run_id = @RunId AND token = @Token AND ended_at IS NULL
        """;

    private const string Renew = """
        UPDATE pipeline_runs
        SET expires_at = @Moment
        WHERE run_id = @RunId AND token = @Token AND ended_at IS NULL
        """;

    private const string End = """
        UPDATE pipeline_runs
        SET ended_at = @Moment
        WHERE run_id = @RunId AND token = @Token AND ended_at IS NULL
        """;

    private const string HoldLease = """
        UPDATE pipeline_runs
        SET token = token
        WHERE run_id = @RunId AND token = @Token AND ended_at IS NULL
        """;

    private const string DeleteFailed = """
        DELETE FROM checkpoints
        WHERE run_id = @RunId AND stage = @Stage AND status = 'Failed'
        """;

    private const string InsertCheckpoint = """
        INSERT INTO checkpoints
            (run_id, pipeline, stage, status, attempts, cache_key, key_parts, cache_reason, output, output_fingerprint, entries, started_at, ended_at, error)
        VALUES
            (@RunId, @Pipeline, @Stage, @Status, @Attempts, @Key, @KeyParts, @CacheReason, @Output, @OutputFingerprint, @Entries, @StartedAt, @EndedAt, @Error)
        ON CONFLICT (run_id, stage) DO NOTHING
        """;

    private const string SelectCheckpoints = """
        SELECT checkpoint_id AS CheckpointId, run_id AS RunId, pipeline AS Pipeline, stage AS Stage, status AS Status, attempts AS Attempts, cache_key AS Key, key_parts AS KeyParts, cache_reason AS CacheReason,
            output AS Output, output_fingerprint AS OutputFingerprint, entries AS Entries, started_at AS StartedAt, ended_at AS EndedAt, error AS Error
        FROM checkpoints
        """;

    private sealed class LeaseRow
    {
        public string RunId { get; init; } = string.Empty;

        public string Pipeline { get; init; } = string.Empty;

        public string Request { get; init; } = string.Empty;

        public string Owner { get; init; } = string.Empty;

        public long Token { get; init; }

        public long StartedAt { get; init; }

        public long ExpiresAt { get; init; }

        public RunLease ToLease() => new(RunId, Pipeline, Request, Owner, Token, Micros.ToTime(StartedAt), Micros.ToTime(ExpiresAt));
    }

    private sealed class CheckpointRow
    {
        public long CheckpointId { get; init; }

        public string RunId { get; init; } = string.Empty;

        public string Pipeline { get; init; } = string.Empty;

        public string Stage { get; init; } = string.Empty;

        public string Status { get; init; } = string.Empty;

        public long Attempts { get; init; }

        public string Key { get; init; } = string.Empty;

        public string KeyParts { get; init; } = string.Empty;

        public string CacheReason { get; init; } = string.Empty;

        public string? Output { get; init; }

        public string? OutputFingerprint { get; init; }

        public string Entries { get; init; } = string.Empty;

        public long StartedAt { get; init; }

        public long EndedAt { get; init; }

        public string? Error { get; init; }

        public static CheckpointRow From(StageCheckpoint checkpoint) => new()
        {
            RunId = checkpoint.RunId,
            Pipeline = checkpoint.Pipeline,
            Stage = checkpoint.Stage,
            Status = checkpoint.Status.ToString(),
            Attempts = checkpoint.Attempts,
            Key = checkpoint.Key,
            KeyParts = JsonSerializer.Serialize(checkpoint.KeyParts, MlOpsJson.Options),
            CacheReason = checkpoint.CacheReason,
            Output = checkpoint.Output,
            OutputFingerprint = checkpoint.OutputFingerprint,
            Entries = JsonSerializer.Serialize(checkpoint.Entries, MlOpsJson.Options),
            StartedAt = Micros.From(checkpoint.StartedAt),
            EndedAt = Micros.From(checkpoint.EndedAt),
            Error = checkpoint.Error,
        };

        public StageCheckpoint ToCheckpoint() => new()
        {
            RunId = RunId,
            Pipeline = Pipeline,
            Stage = Stage,
            Status = Enum.Parse<StageStatus>(Status),
            Attempts = (int)Attempts,
            Key = Key,
            KeyParts = JsonSerializer.Deserialize<Dictionary<string, string>>(KeyParts, MlOpsJson.Options)!,
            CacheReason = CacheReason,
            Output = Output,
            OutputFingerprint = OutputFingerprint,
            Entries = JsonSerializer.Deserialize<RunEntries>(Entries, MlOpsJson.Options)!,
            StartedAt = Micros.ToTime(StartedAt),
            EndedAt = Micros.ToTime(EndedAt),
            Error = Error,
        };
    }
}
