using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A run of the store in memory. Used under its lock.</summary>
internal sealed class InMemoryRun(NewRun start, string experimentId)
{
    internal static readonly IComparer<Metric> InOrder = Comparer<Metric>.Create(static (a, b) => (a.Step, a.Time, a.Value).CompareTo((b.Step, b.Time, b.Value)));

    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tags = TagsOf(start);
    private readonly Dictionary<string, SortedSet<Metric>> _metrics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ArtifactRef> _artifacts = new(StringComparer.Ordinal);
    private readonly List<DatasetInput> _inputs = [];
    private string _name = start.Name;
    private DateTimeOffset? _endedAt;
    private string? _error;
    private bool _isDeletedWithExperiment;

    public string Id => start.Id;

    public string ExperimentId => experimentId;

    public RunStatus Status { get; private set; }

    public DateTimeOffset? DeletedAt { get; private set; }

    public IReadOnlyDictionary<string, string> Tags => _tags;

    public void Restart()
    {
        if (DeletedAt is not null) throw RunErrors.IsDeleted(Id);
        (Status, _endedAt, _error) = (RunStatus.Running, null, null);
    }

    public void Add(RunEntries entries)
    {
        if (DeletedAt is not null) throw RunErrors.IsDeleted(Id);
        foreach (var (name, value) in entries.Parameters)
        {
            if (_parameters.TryGetValue(name, out var known) && known != value) throw RunErrors.ParameterDiffers(Id, name, known, value);
        }

        foreach (var (name, value) in entries.Parameters) _parameters[name] = value;
        foreach (var name in entries.RemovedTags) _tags.Remove(name);
        foreach (var (name, value) in entries.Tags) _tags[name] = value;
        _name = RunTags.NameIn(entries.Tags) ?? _name;
        foreach (var input in entries.Inputs.Where(i => !_inputs.Exists(k => (k.Name, k.Fingerprint, k.Context) == (i.Name, i.Fingerprint, i.Context)))) _inputs.Add(Stored.Copy(input));
        foreach (var removed in entries.RemovedArtifacts)
        {
            foreach (var path in _artifacts.Keys.Where(p => p == removed || p.StartsWith(removed + "/", StringComparison.Ordinal)).ToList()) _artifacts.Remove(path);
        }

        foreach (var (path, artifact) in entries.Artifacts) _artifacts[path] = artifact;
        foreach (var metric in entries.Metrics)
        {
            if (!_metrics.TryGetValue(metric.Name, out var series)) _metrics[metric.Name] = series = new(InOrder);
            series.Add(metric with { Time = Stored.Time(metric.Time) });
        }
    }

    public void Change(RunChange change, bool isExperimentDeleted)
    {
        if (DeletedAt is not null)
        {
            if (change.IsDeleted is false && isExperimentDeleted) throw RunErrors.ExperimentIsDeleted(Id);
            if (change.IsDeleted is not false && change is not { IsDeleted: true, Name: null, Status: null, EndedAt: null, Error: null }) throw RunErrors.IsDeleted(Id);
        }

        var ends = change.Status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed;
        if (change.Name is { } name) _name = _tags[RunTags.Name] = name;
        if (change.Status is { } status)
        {
            Status = status;
            _endedAt = ends ? Stored.Time(change.EndedAt ?? change.At) : null;
            _error = ends ? change.Error : null;
        }
        else
        {
            _endedAt = change.EndedAt is { } end ? Stored.Time(end) : _endedAt;
            _error = change.Error ?? _error;
        }

        if (change.IsDeleted is true) DeletedAt ??= Stored.Time(change.At);
        if (change.IsDeleted is false) (DeletedAt, _isDeletedWithExperiment) = (null, false);
    }

    public void DeleteWithExperiment(DateTimeOffset at)
    {
        if (DeletedAt is null) (DeletedAt, _isDeletedWithExperiment) = (at, true);
    }

    public void RestoreWithExperiment()
    {
        if (_isDeletedWithExperiment) (DeletedAt, _isDeletedWithExperiment) = (null, false);
    }

    public SortedSet<Metric> History(string metric) => _metrics.TryGetValue(metric, out var series) ? series : [];

    public IEnumerable<object> ValuesOf(SearchField field, Experiment experiment)
    {
        switch (field.Entity)
        {
            case SearchEntity.Metric: return _metrics.TryGetValue(field.Key, out var series) ? [series.Max!.Value] : [];
            case SearchEntity.Parameter: return _parameters.TryGetValue(field.Key, out var parameter) ? [parameter] : [];
            case SearchEntity.Tag: return _tags.TryGetValue(field.Key, out var tag) ? [tag] : [];
            case SearchEntity.Dataset: return _inputs.Select(i => field.Key switch { "name" => i.Name, "digest" => i.Fingerprint, _ => i.Context });
            default:
                object? value = field.Key switch
                {
                    "run_id" => Id,
                    "run_name" => _name,
                    "status" => Status.ToString().ToUpperInvariant(),
                    "user_id" => start.User,
                    "artifact_uri" => experiment.ArtifactLocation is { } location ? $"{location.TrimEnd('/')}/{Id}/artifacts" : null,
                    "lifecycle_stage" => DeletedAt is null ? "active" : "deleted",
                    "experiment_id" => experimentId,
                    "start_time" => Stored.Micros(start.StartedAt),
                    "end_time" => _endedAt is { } end ? Stored.Micros(end) : null,
                    _ => throw new ArgumentOutOfRangeException(nameof(field)),
                };
                return value is null ? [] : [value];
        }
    }

    public Run ToRun(RunParts parts, IReadOnlyList<string>? metricNames = null) => new(
        Id,
        experimentId,
        _name,
        Status,
        Stored.Time(start.StartedAt),
        _endedAt,
        _error,
        parts.HasFlag(RunParts.Parameters) ? new Dictionary<string, string>(_parameters) : [],
        parts.HasFlag(RunParts.Metrics) ? _metrics.Where(m => metricNames is null || metricNames.Contains(m.Key, StringComparer.Ordinal)).ToDictionary(m => m.Key, m => m.Value.Max!, StringComparer.Ordinal) : [],
        parts.HasFlag(RunParts.Tags) ? new Dictionary<string, string>(_tags) : [],
        parts.HasFlag(RunParts.Inputs) ? [.. _inputs] : [])
    {
        User = start.User,
        DeletedAt = DeletedAt,
        Artifacts = parts.HasFlag(RunParts.Artifacts) ? new Dictionary<string, ArtifactRef>(_artifacts) : [],
    };

    private static Dictionary<string, string> TagsOf(NewRun run)
    {
        var tags = new Dictionary<string, string>(run.Tags, StringComparer.Ordinal);
        if (run.ParentId is { } parent) tags[RunTags.Parent] = parent;
        return tags;
    }
}
