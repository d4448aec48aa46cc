using System.Globalization;
using Dapper;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Runs in tables.</summary>
internal sealed class RelationalMetadataStore(RelationalDatabase database) : IMetadataStore
{
    public Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(run);
        return database.WriteAsync(
            async session =>
            {
                var row = new { run.Id, run.Experiment, run.Name, StartedAt = Micros.From(run.StartedAt), Running = nameof(RunStatus.Running) };
                if (await session.ExecuteAsync(RestartRun, row).ConfigureAwait(false) > 0) return true;
                await session.ExecuteAsync(InsertExperiment, row).ConfigureAwait(false);
                await session.ExecuteAsync(InsertRun, row).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        RunChecks.Check(entries);
        return database.WriteAsync(
            async session =>
            {
                var key = await GetKeyAsync(session, runId, database.TakingRows).ConfigureAwait(false);
                await AddParametersAsync(session, runId, key, entries.Parameters).ConfigureAwait(false);
                await session.ExecuteEachAsync(UpsertTag, ["Run", "Name", "Value"], entries.Tags.Select(t => new object[] { key, t.Key, t.Value })).ConfigureAwait(false);
                await session.ExecuteEachAsync(
                    InsertInput, ["Run", "Name", "Fingerprint", "Context"], entries.Inputs.Select(i => new object[] { key, i.Name, i.Fingerprint, i.Context })).ConfigureAwait(false);
                await AddMetricsAsync(session, key, entries.Metrics).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public Task EndRunAsync(string runId, RunStatus status, DateTimeOffset endedAt, string? error = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        if (status is RunStatus.Running || !Enum.IsDefined(status)) throw new ArgumentException($"A run cannot end as {status}.", nameof(status));
        return database.WriteAsync(
            async session =>
            {
                var changed = await session.ExecuteAsync(EndRun, new { Id = runId, Status = status.ToString(), EndedAt = Micros.From(endedAt), Error = error }).ConfigureAwait(false);
                return changed > 0 ? true : throw new NotFoundException("run", runId);
            },
            cancellationToken);
    }

    public Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return database.ReadAsync(
            async session => await ReadRunsAsync(session, SelectRuns + " WHERE run_id = @Id", new(new { Id = runId })).ConfigureAwait(false) is [var run] ? run : null,
            cancellationToken);
    }

    public Task<IReadOnlyList<Run>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(query);
        var parameters = new DynamicParameters(new { query.Experiment, Status = query.Status?.ToString(), query.Limit });
        List<string> conditions = [];
        if (query.Experiment is not null) conditions.Add("experiment_id = (SELECT experiment_id FROM experiments WHERE name = @Experiment)");
        if (query.Status is not null) conditions.Add("status = @Status");
        foreach (var (name, value) in query.Tags)
        {
            var number = conditions.Count.ToString(CultureInfo.InvariantCulture);
            conditions.Add($"EXISTS (SELECT 1 FROM run_tags t WHERE t.run_key = runs.run_key AND t.name = @Name{number} AND t.value = @Value{number})");
            parameters.Add("Name" + number, name);
            parameters.Add("Value" + number, value);
        }

        var where = conditions.Count == 0 ? string.Empty : " WHERE " + string.Join(" AND ", conditions);
        return database.ReadAsync(session => ReadRunsAsync(session, SelectRuns + where + " ORDER BY started_at DESC, run_id DESC LIMIT @Limit", parameters), cancellationToken);
    }

    public Task<IReadOnlyList<Metric>> GetMetricHistoryAsync(string runId, string metric, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        ArgumentNullException.ThrowIfNull(metric);
        return database.ReadAsync<IReadOnlyList<Metric>>(
            async session =>
            {
                var key = await GetKeyAsync(session, runId).ConfigureAwait(false);
                var rows = await session.QueryAsync<MetricRow>(SelectHistory, new { Run = key, Name = metric }).ConfigureAwait(false);
                return rows.ConvertAll(row => row.ToMetric());
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<Experiment>> ListExperimentsAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Experiment>>(
            async session =>
            {
                var rows = await session.QueryAsync<ExperimentRow>(SelectExperiments).ConfigureAwait(false);
                return [.. rows
                    .Select(row => new Experiment(row.Id.ToString(CultureInfo.InvariantCulture), row.Name, Micros.ToTime(row.CreatedAt)))
                    .OrderBy(experiment => experiment.Name, StringComparer.Ordinal)];
            },
            cancellationToken);

    private static async Task<long> GetKeyAsync(Session session, string runId, string taking = "") =>
        await session.FirstAsync<long?>("SELECT run_key FROM runs WHERE run_id = @Id" + taking, new { Id = runId }).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);

    private static Task AddParametersAsync(Session session, string runId, long key, IReadOnlyDictionary<string, string> parameters) =>
        session.ExecuteEachAsync(
            InsertParameter,
            ["Run", "Name", "Value"],
            parameters.Select(p => new object[] { key, p.Key, p.Value }),
            async (row, changed) =>
            {
                if (changed > 0) return;
                var known = await session.FirstAsync<string>(SelectParameter, new { Run = key, Name = (string)row[1] }).ConfigureAwait(false);
                if (known == (string)row[2]) return;
                throw new ConflictException($"Parameter '{row[1]}' of run '{runId}' is '{known}' already and cannot become '{row[2]}'. Log another parameter or start another run.");
            });

    private static async Task AddMetricsAsync(Session session, long key, IReadOnlyList<Metric> metrics)
    {
        string[] names = ["Run", "Name", "Step", "Time", "IsNumber", "Value"];
        var latest = new Dictionary<string, object[]>(StringComparer.Ordinal);
        var rows = metrics.Select(m =>
        {
            var row = new object[] { key, m.Name, m.Step, Micros.From(m.Time), double.IsNaN(m.Value) ? 0L : 1L, double.IsNaN(m.Value) ? 0d : m.Value };
            if (!latest.TryGetValue(m.Name, out var known) || Order(row).CompareTo(Order(known)) > 0) latest[m.Name] = row;
            return row;
        });
        await session.ExecuteEachAsync(InsertMetric, names, rows).ConfigureAwait(false);
        await session.ExecuteEachAsync(UpsertLatest, names, latest.Values).ConfigureAwait(false);

        static (long, long, long, double) Order(object[] row) => ((long)row[2], (long)row[3], (long)row[4], (double)row[5]);
    }

    private static async Task<IReadOnlyList<Run>> ReadRunsAsync(Session session, string sql, DynamicParameters parameters)
    {
        var runs = await session.QueryAsync<RunRow>(sql, parameters).ConfigureAwait(false);
        if (runs.Count == 0) return [];
        var keys = new { Keys = session.Database.KeysParameter(runs.ConvertAll(run => run.RunKey)) };
        var parametersOf = await PartsAsync<TextRow>("SELECT run_key AS RunKey, name AS Name, value AS Value FROM run_parameters WHERE {0}").ConfigureAwait(false);
        var tagsOf = await PartsAsync<TextRow>("SELECT run_key AS RunKey, name AS Name, value AS Value FROM run_tags WHERE {0}").ConfigureAwait(false);
        var metricsOf = await PartsAsync<MetricRow>(
            "SELECT run_key AS RunKey, name AS Name, step AS Step, time AS Time, is_number AS IsNumber, value AS Value FROM latest_metrics WHERE {0}").ConfigureAwait(false);
        var inputsOf = await PartsAsync<InputRow>(
            "SELECT run_key AS RunKey, name AS Name, fingerprint AS Fingerprint, context AS Context FROM run_inputs WHERE {0} ORDER BY input_id").ConfigureAwait(false);
        return runs.ConvertAll(run => new Run(
            run.Id,
            run.ExperimentId.ToString(CultureInfo.InvariantCulture),
            run.Name,
            Enum.Parse<RunStatus>(run.Status),
            Micros.ToTime(run.StartedAt),
            run.EndedAt is { } ended ? Micros.ToTime(ended) : null,
            run.Error,
            parametersOf[run.RunKey].ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal),
            metricsOf[run.RunKey].ToDictionary(row => row.Name, row => row.ToMetric(), StringComparer.Ordinal),
            tagsOf[run.RunKey].ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal),
            [.. inputsOf[run.RunKey].Select(row => new DatasetInput(row.Name, row.Fingerprint, row.Context))]));

        async Task<ILookup<long, TRow>> PartsAsync<TRow>(string select)
            where TRow : PartRow
        {
            var rows = await session.QueryAsync<TRow>(string.Format(CultureInfo.InvariantCulture, select, session.Database.IsOneOfKeys("run_key")), keys).ConfigureAwait(false);
            return rows.ToLookup(row => row.RunKey);
        }
    }

    private const string RestartRun = """
        UPDATE runs
        SET status = @Running, ended_at = NULL, error = NULL
        WHERE run_id = @Id
        """;

    private const string InsertExperiment = """
        INSERT INTO experiments (name, created_at)
        VALUES (@Experiment, @StartedAt)
        ON CONFLICT (name) DO NOTHING
        """;

    private const string InsertRun = """
        INSERT INTO runs (run_id, experiment_id, name, status, started_at)
        SELECT @Id, experiment_id, @Name, @Running, @StartedAt
        FROM experiments
        WHERE name = @Experiment
        ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, ended_at = NULL, error = NULL
        """;

    private const string EndRun = """
        UPDATE runs
        SET status = @Status, ended_at = @EndedAt, error = @Error
        WHERE run_id = @Id
        """;

    private const string SelectRuns = """
        SELECT run_key AS RunKey, run_id AS Id, experiment_id AS ExperimentId, name AS Name, status AS Status, started_at AS StartedAt, ended_at AS EndedAt, error AS Error
        FROM runs
        """;

    private const string SelectExperiments = """
        SELECT experiment_id AS Id, name AS Name, created_at AS CreatedAt
        FROM experiments
        """;

    private const string InsertParameter = """
        INSERT INTO run_parameters (run_key, name, value)
        VALUES (@Run, @Name, @Value)
        ON CONFLICT (run_key, name) DO NOTHING
        """;

    private const string SelectParameter = """
        SELECT value
        FROM run_parameters
        WHERE run_key = @Run AND name = @Name
        """;

    private const string UpsertTag = """
        INSERT INTO run_tags (run_key, name, value)
        VALUES (@Run, @Name, @Value)
        ON CONFLICT (run_key, name) DO UPDATE SET value = excluded.value
        """;

    private const string InsertInput = """
        INSERT INTO run_inputs (run_key, name, fingerprint, context)
        VALUES (@Run, @Name, @Fingerprint, @Context)
        ON CONFLICT (run_key, name, fingerprint, context) DO NOTHING
        """;

    private const string InsertMetric = """
        INSERT INTO metrics (run_key, name, step, time, is_number, value)
        VALUES (@Run, @Name, @Step, @Time, @IsNumber, @Value)
        ON CONFLICT (run_key, name, step, time, is_number, value) DO NOTHING
        """;

    private const string UpsertLatest = """
        INSERT INTO latest_metrics (run_key, name, step, time, is_number, value)
        VALUES (@Run, @Name, @Step, @Time, @IsNumber, @Value)
        ON CONFLICT (run_key, name) DO UPDATE
        SET step = excluded.step, time = excluded.time, is_number = excluded.is_number, value = excluded.value
        WHERE (excluded.step, excluded.time, excluded.is_number, excluded.value)
            > (latest_metrics.step, latest_metrics.time, latest_metrics.is_number, latest_metrics.value)
        """;

    private const string SelectHistory = """
        SELECT run_key AS RunKey, name AS Name, step AS Step, time AS Time, is_number AS IsNumber, value AS Value
        FROM metrics
        WHERE run_key = @Run AND name = @Name
        ORDER BY step, time, is_number, value
        """;

    private sealed class ExperimentRow
    {
        public long Id { get; init; }

        public string Name { get; init; } = string.Empty;

        public long CreatedAt { get; init; }
    }

    private sealed class RunRow
    {
        public long RunKey { get; init; }

        public string Id { get; init; } = string.Empty;

        public long ExperimentId { get; init; }

        public string Name { get; init; } = string.Empty;

        public string Status { get; init; } = string.Empty;

        public long StartedAt { get; init; }

        public long? EndedAt { get; init; }

        public string? Error { get; init; }
    }

    private abstract class PartRow
    {
        public long RunKey { get; init; }

        public string Name { get; init; } = string.Empty;
    }

    private sealed class TextRow : PartRow
    {
        public string Value { get; init; } = string.Empty;
    }

    private sealed class InputRow : PartRow
    {
        public string Fingerprint { get; init; } = string.Empty;

        public string Context { get; init; } = string.Empty;
    }

    private sealed class MetricRow : PartRow
    {
        public long Step { get; init; }

        public long Time { get; init; }

        /// <summary>Gets 0 for NaN, which not every database can store or sort, and 1 for any other number.</summary>
        public long IsNumber { get; init; }

        public double Value { get; init; }

        public Metric ToMetric() => new(Name, IsNumber == 0 ? double.NaN : Value, Step, Micros.ToTime(Time));
    }
}
