using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Experiments and runs in tables.</summary>
internal sealed class RelationalMetadataStore(RelationalDatabase database) : IMetadataStore
{
    private const int PurgeBatch = 500;

    public Task<Experiment> CreateExperimentAsync(NewExperiment experiment, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(experiment);
        return database.WriteAsync(
            async session =>
            {
                var row = new { experiment.Name, CreatedAt = Micros.From(experiment.CreatedAt), experiment.ArtifactLocation };
                var id = await session.FirstAsync<long?>(MetadataSql.InsertExperiment, row).ConfigureAwait(false) ?? throw ExperimentErrors.NameIsTaken(experiment.Name);
                await session.InsertAsync(MetadataSql.ExperimentTags, Rows(id, experiment.Tags)).ConfigureAwait(false);
                return (await ExperimentReader.FindAsync(session, id).ConfigureAwait(false))!;
            },
            cancellationToken);
    }

    public Task<Experiment?> FindExperimentAsync(string experimentId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        cancellationToken.ThrowIfCancellationRequested();
        return ExperimentReader.TryParse(experimentId, out var id)
            ? database.ReadAsync(session => ExperimentReader.FindAsync(session, id), cancellationToken)
            : Task.FromResult<Experiment?>(null);
    }

    public Task<Experiment?> FindExperimentByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return database.ReadAsync(session => ExperimentReader.FindByNameAsync(session, name), cancellationToken);
    }

    public Task<Experiment> ChangeExperimentAsync(string experimentId, ExperimentChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        RunChecks.Check(change);
        return database.WriteAsync(
            async session =>
            {
                if (!ExperimentReader.TryParse(experimentId, out var id)
                    || await session.FirstAsync<ExperimentState>(MetadataSql.SelectExperimentState + database.TakingRows, new { Id = id }).ConfigureAwait(false) is null)
                    throw new NotFoundException("experiment", experimentId);
                var known = (await ExperimentReader.FindAsync(session, id).ConfigureAwait(false))!;
                return await ChangeAsync(session, id, known, change).ConfigureAwait(false);
            },
            cancellationToken);
    }

    public Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.Experiments, query.Filter, query.OrderBy, query.After, query.View.ToString());
        return database.ReadAsync(session => ExperimentReader.SearchAsync(session, plan, query), cancellationToken);
    }

    public Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(run);
        return database.WriteAsync(
            async session =>
            {
                if (await TryRestartAsync(session, run.Id).ConfigureAwait(false)) return true;
                var row = new
                {
                    run.Id,
                    Experiment = await ExperimentOfAsync(session, run).ConfigureAwait(false),
                    run.Name,
                    run.User,
                    StartedAt = Micros.From(run.StartedAt),
                    Status = nameof(RunStatus.Running),
                };
                if (await session.FirstAsync<long?>(MetadataSql.InsertRun, row).ConfigureAwait(false) is not { } key)
                    return await TryRestartAsync(session, run.Id).ConfigureAwait(false); // somebody else started it in between
                await session.InsertAsync(MetadataSql.Tags, Rows(key, run.Tags.Where(t => run.ParentId is null || t.Key != RunTags.Parent))).ConfigureAwait(false);
                if (run.ParentId is { } parent) await session.InsertAsync(MetadataSql.Tags, [[key, RunTags.Parent, parent]]).ConfigureAwait(false);
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
                var run = await session.FirstAsync<RunState>(MetadataSql.SelectState + database.TakingRows, new { Id = runId }).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
                if (run.DeletedAt is not null) throw RunErrors.IsDeleted(runId);
                await AddParametersAsync(session, runId, run.Key, entries.Parameters).ConfigureAwait(false);
                foreach (var tag in entries.RemovedTags) await session.ExecuteAsync(MetadataSql.DeleteTag, new { Run = run.Key, Name = tag }).ConfigureAwait(false);
                await session.InsertAsync(MetadataSql.Tags, Rows(run.Key, entries.Tags)).ConfigureAwait(false);
                if (RunTags.NameIn(entries.Tags) is { } name) await session.ExecuteAsync(MetadataSql.RenameRun, new { Run = run.Key, Name = name }).ConfigureAwait(false);
                await session.InsertAsync(MetadataSql.Inputs, [.. entries.Inputs.Select(i => InputRow(run.Key, i))]).ConfigureAwait(false);
                foreach (var path in entries.RemovedArtifacts) await session.ExecuteAsync(MetadataSql.DeleteArtifacts, new { Run = run.Key, Path = path, Folder = path + "/" }).ConfigureAwait(false);
                await session.InsertAsync(MetadataSql.Artifacts, [.. entries.Artifacts.Select(a => new object?[] { run.Key, a.Key, a.Value.Digest, a.Value.Size })]).ConfigureAwait(false);
                await AddMetricsAsync(session, run.Key, entries.Metrics).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public Task ChangeRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        RunChecks.Check(change);
        var ends = change.Status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed;
        var row = new
        {
            Id = runId,
            change.Name,
            Status = change.Status?.ToString(),
            SetsEnd = change.Status is not null || change.EndedAt is not null ? 1 : 0,
            EndedAt = ends || change.Status is null ? (change.EndedAt ?? (ends ? change.At : null)) is { } end ? Micros.From(end) : (long?)null : null,
            SetsError = change.Status is not null || change.Error is not null ? 1 : 0,
            Error = ends || change.Status is null ? change.Error : null,
            At = Micros.From(change.At),
            Deletes = change.IsDeleted is true ? 1 : 0,
            Restores = change.IsDeleted is false ? 1 : 0,
            IsNoOther = change is { Name: null, Status: null, EndedAt: null, Error: null } ? 1 : 0,
        };
        return database.WriteAsync(
            async session =>
            {
                // The experiment first, as whoever deletes it with its runs.
                if (change.IsDeleted is false) await session.FirstAsync<long?>(MetadataSql.SelectExperimentOfRun + session.Database.KeepingRows, row).ConfigureAwait(false);
                var run = await session.FirstAsync<RunState>(MetadataSql.SelectState + session.Database.TakingRows, row).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
                if (await session.ExecuteAsync(MetadataSql.ChangeRun, row).ConfigureAwait(false) == 0)
                    throw change.IsDeleted is false ? RunErrors.ExperimentIsDeleted(runId) : RunErrors.IsDeleted(runId);
                if (change.Name is { } name) await session.InsertAsync(MetadataSql.Tags, [[run.Key, RunTags.Name, name]]).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return database.ReadAsync(session => RunReader.FindAsync(session, runId), cancellationToken);
    }

    public Task<Page<Run>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.Runs, query.Filter, query.OrderBy, query.After, RunReader.ScopeOf(query));
        return database.ReadAsync(session => RunReader.SearchAsync(session, plan, query), cancellationToken);
    }

    public Task<Page<Metric>> GetMetricHistoryAsync(string runId, string metric, int? limit = null, string? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        ArgumentNullException.ThrowIfNull(metric);
        if (limit is { } most) ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(limit));
        var place = after is null ? null : MetricPage.Read(after, runId, metric);
        return database.ReadAsync(
            async session =>
            {
                var run = await session.FirstAsync<RunState>(MetadataSql.SelectState, new { Id = runId }).ConfigureAwait(false) ?? throw new NotFoundException("run", runId);
                var row = new
                {
                    Run = run.Key,
                    Name = metric,
                    Limit = limit + 1L,
                    place?.Step,
                    Time = place is null ? 0 : Micros.From(place.Time),
                    IsNumber = place is { Value: not double.NaN } ? 1L : 0L,
                    Value = place is null or { Value: double.NaN } ? 0d : place.Value,
                };
                var sql = MetadataSql.SelectHistory + (place is null ? string.Empty : MetadataSql.HistoryAfter) + MetadataSql.HistoryOrder + (limit is null ? string.Empty : "\nLIMIT @Limit");
                var metrics = (await session.QueryAsync<MetricRow>(sql, row).ConfigureAwait(false)).ConvertAll(r => r.ToMetric());
                if (limit is not { } size || metrics.Count <= size) return new Page<Metric>(metrics, null);
                metrics.RemoveAt(size);
                return new(metrics, MetricPage.Write(runId, metrics[^1]));
            },
            cancellationToken);
    }

    public async Task<PurgeReport> PurgeAsync(DateTimeOffset deletedBefore, bool isDryRun = false, CancellationToken cancellationToken = default)
    {
        var before = Micros.From(deletedBefore);
        List<string> runs = [];
        List<long> experiments = [];
        if (isDryRun)
        {
            (runs, experiments) = await database.ReadAsync(
                async session => (
                    await session.QueryAsync<string>(MetadataSql.SelectPurgedRuns, new { Before = before }).ConfigureAwait(false),
                    await session.QueryAsync<long>(MetadataSql.SelectPurgedExperiments, new { Before = before }).ConfigureAwait(false)),
                cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // In small transactions, so that others can write in between.
            for (var purged = PurgeBatch; purged == PurgeBatch;)
            {
                var batch = await database.WriteAsync(session => session.QueryAsync<string>(MetadataSql.PurgeRuns(database.TakingRows), new { Before = before, Limit = PurgeBatch }), cancellationToken).ConfigureAwait(false);
                runs.AddRange(batch);
                purged = batch.Count;
            }

            experiments = await database.WriteAsync(session => session.QueryAsync<long>(MetadataSql.PurgeExperiments, new { Before = before }), cancellationToken).ConfigureAwait(false);
        }

        return new([.. experiments.Order().Select(id => id.ToString(CultureInfo.InvariantCulture))], [.. runs.Order(StringComparer.Ordinal)]);
    }

    private static async Task<Experiment> ChangeAsync(Session session, long id, Experiment known, ExperimentChange change)
    {
        if (!ExperimentErrors.Changes(known, change)) return known;
        var at = Micros.From(change.At);
        if (change.Name is { } name && await session.FirstAsync<long?>(MetadataSql.SelectNamesake, new { Id = id, Name = name }).ConfigureAwait(false) is not null)
            throw ExperimentErrors.NameIsTaken(name);
        await session.ExecuteAsync(
            MetadataSql.ChangeExperiment,
            new { Id = id, change.Name, At = at, Deletes = change.IsDeleted is true ? 1 : 0, Restores = change.IsDeleted is false ? 1 : 0 }).ConfigureAwait(false);
        foreach (var tag in change.RemovedTags) await session.ExecuteAsync(MetadataSql.DeleteExperimentTag, new { Id = id, Name = tag }).ConfigureAwait(false);
        await session.InsertAsync(MetadataSql.ExperimentTags, Rows(id, change.Tags)).ConfigureAwait(false);
        if (change.IsDeleted is true) await session.ExecuteAsync(MetadataSql.DeleteRunsWithExperiment, new { Id = id, At = at }).ConfigureAwait(false);
        if (change.IsDeleted is false) await session.ExecuteAsync(MetadataSql.RestoreRunsWithExperiment, new { Id = id }).ConfigureAwait(false);
        return (await ExperimentReader.FindAsync(session, id).ConfigureAwait(false))!;
    }

    private static async Task<bool> TryRestartAsync(Session session, string runId)
    {
        var row = new { Id = runId, Status = nameof(RunStatus.Running) };
        if (await session.ExecuteAsync(MetadataSql.RestartRun, row).ConfigureAwait(false) > 0) return true;
        var run = await session.FirstAsync<RunState>(MetadataSql.SelectState, row).ConfigureAwait(false); // which may have been started in between
        return run?.DeletedAt is null ? false : throw RunErrors.IsDeleted(runId);
    }

    private static async Task<long> ExperimentOfAsync(Session session, NewRun run)
    {
        ExperimentState? experiment;
        if (run.ExperimentId is { } text)
        {
            experiment = ExperimentReader.TryParse(text, out var id) ? await session.FirstAsync<ExperimentState>(MetadataSql.SelectExperimentState + session.Database.KeepingRows, new { Id = id }).ConfigureAwait(false) : null;
        }
        else
        {
            var row = new { Name = run.Experiment, CreatedAt = Micros.From(run.StartedAt), ArtifactLocation = (string?)null };
            experiment = await session.FirstAsync<ExperimentState>(MetadataSql.SelectExperimentStateByName + session.Database.KeepingRows, row).ConfigureAwait(false);
            if (experiment is null)
            {
                await session.FirstAsync<long?>(MetadataSql.InsertExperiment, row).ConfigureAwait(false);
                experiment = await session.FirstAsync<ExperimentState>(MetadataSql.SelectExperimentStateByName + session.Database.KeepingRows, row).ConfigureAwait(false);
            }
        }

        if (experiment is null) throw new NotFoundException("experiment", run.ExperimentId ?? run.Experiment);
        return experiment.DeletedAt is null ? experiment.Id : throw ExperimentErrors.IsDeleted(run.ExperimentId ?? run.Experiment);
    }

    private static async Task AddParametersAsync(Session session, string runId, long key, IReadOnlyDictionary<string, string> parameters)
    {
        if (await session.InsertAsync(MetadataSql.Parameters, Rows(key, parameters)).ConfigureAwait(false) == parameters.Count) return;
        foreach (var known in await session.QueryAsync<TextRow>(MetadataSql.SelectParameters, new { Run = key }).ConfigureAwait(false))
        {
            if (parameters.TryGetValue(known.Name, out var value) && value != known.Value) throw RunErrors.ParameterDiffers(runId, known.Name, known.Value, value);
        }
    }

    private static async Task AddMetricsAsync(Session session, long key, IReadOnlyList<Metric> metrics)
    {
        if (metrics.Count == 0) return;
        var rows = new object?[metrics.Count][];
        var latest = new Dictionary<string, object?[]>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Length; i++)
        {
            var metric = metrics[i];
            var isNumber = !double.IsNaN(metric.Value);
            var row = rows[i] = [key, metric.Name, metric.Step, Micros.From(metric.Time), isNumber ? 1L : 0L, isNumber ? metric.Value : 0d];
            if (!latest.TryGetValue(metric.Name, out var known) || Place(row).CompareTo(Place(known)) > 0) latest[metric.Name] = row;
        }

        await session.InsertAsync(MetadataSql.Metrics, rows).ConfigureAwait(false);
        await session.InsertAsync(MetadataSql.LatestMetrics, [.. latest.Values]).ConfigureAwait(false);

        static (long, long, long, double) Place(object?[] row) => ((long)row[2]!, (long)row[3]!, (long)row[4]!, (double)row[5]!);
    }

    private static object?[][] Rows(long key, IEnumerable<KeyValuePair<string, string>> values) => [.. values.Select(v => new object?[] { key, v.Key, v.Value })];

    private static object?[] InputRow(long key, DatasetInput input) =>
        [key, input.Name, input.Fingerprint, input.Context, input.SourceType, input.Source, input.Schema, input.Profile, input.Tags.Count == 0 ? null : JsonSerializer.Serialize(input.Tags, MlOpsJson.Options)];
}
