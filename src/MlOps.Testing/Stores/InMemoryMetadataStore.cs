using System.Globalization;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A metadata store that forgets everything with the process. Thread-safe.</summary>
/// <remarks>Times are kept in UTC to the microsecond, as the relational stores keep them.</remarks>
public sealed class InMemoryMetadataStore : IMetadataStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Experiment> _experiments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InMemoryRun> _runs = new(StringComparer.Ordinal);
    private int _lastExperiment;

    /// <summary>Creates the store with its default experiment.</summary>
    public InMemoryMetadataStore() => _experiments[Experiment.DefaultId] = new(Experiment.DefaultId, Experiment.DefaultName, Stored.Time(TimeProvider.System.GetUtcNow()));

    /// <inheritdoc/>
    public Task<Experiment> CreateExperimentAsync(NewExperiment experiment, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(experiment);
        return Locked(() => ByName(experiment.Name) is null ? Create(experiment) : throw ExperimentErrors.NameIsTaken(experiment.Name), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Experiment?> FindExperimentAsync(string experimentId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        return Locked(() => _experiments.GetValueOrDefault(experimentId), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Experiment?> FindExperimentByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Locked(() => ByName(name), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Experiment> ChangeExperimentAsync(string experimentId, ExperimentChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        RunChecks.Check(change);
        return Locked(() => Change(_experiments.GetValueOrDefault(experimentId) ?? throw new NotFoundException("experiment", experimentId), change), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.Experiments, query.Filter, query.OrderBy, query.After, query.View.ToString());
        return Locked(() => plan.Search(_experiments.Values.Where(e => IsSeen(query.View, e.DeletedAt)), query.Limit, ValuesOf), cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(run);
        return Locked(
            () =>
            {
                if (_runs.TryGetValue(run.Id, out var known)) known.Restart();
                else _runs[run.Id] = new(run, ExperimentOf(run).Id);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        RunChecks.Check(entries);
        return Locked(
            () =>
            {
                Get(runId).Add(entries);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task ChangeRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        RunChecks.Check(change);
        return Locked(
            () =>
            {
                var run = Get(runId);
                run.Change(change, _experiments[run.ExperimentId].DeletedAt is not null);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return Locked(() => _runs.GetValueOrDefault(runId)?.ToRun(RunParts.All), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Page<Run>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(query);
        string?[] scope =
        [
            query.Experiment,
            query.ExperimentIds is { } ids ? string.Join(',', ids.Order(StringComparer.Ordinal)) : null,
            query.Status?.ToString(),
            query.View.ToString(),
            .. query.Tags.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => (string[])[t.Key, t.Value]),
        ];
        var plan = SearchPlan.Create(Searchable.Runs, query.Filter, query.OrderBy, query.After, scope);
        return Locked(
            () =>
            {
                var experiment = query.Experiment is null ? null : ByName(query.Experiment)?.Id ?? string.Empty;
                var runs = _runs.Values.Where(r =>
                    IsSeen(query.View, r.DeletedAt)
                    && (experiment is null || r.ExperimentId == experiment)
                    && (query.ExperimentIds is null || query.ExperimentIds.Contains(r.ExperimentId))
                    && (query.Status is null || query.Status == r.Status)
                    && query.Tags.All(tag => r.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value));
                var page = plan.Search(runs, query.Limit, (run, field) => run.ValuesOf(field, _experiments[run.ExperimentId]));
                return new Page<Run>([.. page.Items.Select(r => r.ToRun(query.Parts, query.MetricNames))], page.Next);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Page<Metric>> GetMetricHistoryAsync(string runId, string metric, int? limit = null, string? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        ArgumentNullException.ThrowIfNull(metric);
        if (limit is { } most) ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(limit));
        var place = after is null ? null : MetricPage.Read(after, runId, metric);
        return Locked(
            () =>
            {
                var rest = Get(runId).History(metric).SkipWhile(m => place is not null && InMemoryRun.InOrder.Compare(m, place) <= 0).ToList();
                return limit is not { } size || rest.Count <= size ? new Page<Metric>(rest, null) : new(rest[..size], MetricPage.Write(runId, rest[size - 1]));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PurgeReport> PurgeAsync(DateTimeOffset deletedBefore, bool isDryRun = false, CancellationToken cancellationToken = default) => Locked(
        () =>
        {
            string[] experiments = [.. _experiments.Values.Where(e => e.DeletedAt < deletedBefore && e.Id != Experiment.DefaultId).Select(e => e.Id).OrderBy(Number)];
            string[] runs = [.. _runs.Values.Where(r => r.DeletedAt < deletedBefore || experiments.Contains(r.ExperimentId)).Select(r => r.Id).Order(StringComparer.Ordinal)];
            if (!isDryRun)
            {
                foreach (var run in runs) _runs.Remove(run);
                foreach (var experiment in experiments) _experiments.Remove(experiment);
            }

            return new PurgeReport(experiments, runs);
        },
        cancellationToken);

    private static bool IsSeen(LifecycleView view, DateTimeOffset? deletedAt) => view is LifecycleView.All || (view is LifecycleView.Active) == deletedAt is null;

    private static int Number(string id) => int.Parse(id, CultureInfo.InvariantCulture);

    private static IEnumerable<object> ValuesOf(Experiment experiment, SearchField field)
    {
        if (field.Entity is SearchEntity.Tag) return experiment.Tags.TryGetValue(field.Key, out var tag) ? [tag] : [];
        return [field.Key switch
        {
            "name" => experiment.Name,
            "experiment_id" => (double)Number(experiment.Id),
            "creation_time" => Stored.Micros(experiment.CreatedAt),
            "last_update_time" => Stored.Micros(experiment.UpdatedAt),
            _ => throw new ArgumentOutOfRangeException(nameof(field)),
        }];
    }

    private Task<T> Locked<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(work());
    }

    private Experiment? ByName(string name) => _experiments.Values.FirstOrDefault(e => e.Name == name);

    private Experiment Create(NewExperiment experiment)
    {
        var id = (++_lastExperiment).ToString(CultureInfo.InvariantCulture);
        return _experiments[id] = new(id, experiment.Name, Stored.Time(experiment.CreatedAt))
        {
            ArtifactLocation = experiment.ArtifactLocation,
            Tags = new Dictionary<string, string>(experiment.Tags),
        };
    }

    private Experiment ExperimentOf(NewRun run)
    {
        var experiment = run.ExperimentId is { } id
            ? _experiments.GetValueOrDefault(id) ?? throw new NotFoundException("experiment", id)
            : ByName(run.Experiment) ?? Create(new(run.Experiment, run.StartedAt));
        return experiment.DeletedAt is null ? experiment : throw ExperimentErrors.IsDeleted(run.ExperimentId ?? run.Experiment);
    }

    private Experiment Change(Experiment known, ExperimentChange change)
    {
        if (!ExperimentErrors.Changes(known, change)) return known;
        if (change.Name is { } name && ByName(name) is { } other && other.Id != known.Id) throw ExperimentErrors.NameIsTaken(name);
        var tags = known.Tags.Where(t => !change.RemovedTags.Contains(t.Key)).ToDictionary(StringComparer.Ordinal);
        foreach (var (key, value) in change.Tags) tags[key] = value;
        var at = Stored.Time(change.At);
        foreach (var run in _runs.Values.Where(r => r.ExperimentId == known.Id))
        {
            if (change.IsDeleted is true) run.DeleteWithExperiment(at);
            if (change.IsDeleted is false) run.RestoreWithExperiment();
        }

        return _experiments[known.Id] = known with
        {
            Name = change.Name ?? known.Name,
            Tags = tags,
            UpdatedAt = at,
            DeletedAt = change.IsDeleted switch { true => at, false => null, null => known.DeletedAt },
        };
    }

    private InMemoryRun Get(string runId) => _runs.TryGetValue(runId, out var run) ? run : throw new NotFoundException("run", runId);
}
