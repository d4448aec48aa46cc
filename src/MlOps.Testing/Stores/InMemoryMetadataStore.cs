using System.Globalization;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A metadata store that forgets everything with the process. Thread-safe.</summary>
/// <remarks>Times are kept in UTC to the microsecond, as the relational stores keep them.</remarks>
public sealed class InMemoryMetadataStore : IMetadataStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Experiment> _experiments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Record> _runs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task StartRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(run);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_runs.TryGetValue(run.Id, out var known))
            {
                (known.Status, known.EndedAt, known.Error) = (RunStatus.Running, null, null);
                return Task.CompletedTask;
            }

            if (!_experiments.TryGetValue(run.Experiment, out var experiment))
            {
                var id = (_experiments.Count + 1).ToString(CultureInfo.InvariantCulture);
                _experiments[run.Experiment] = experiment = new(id, run.Experiment, Stored.Time(run.StartedAt));
            }

            _runs[run.Id] = new(run with { StartedAt = Stored.Time(run.StartedAt) }, experiment.Id);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        RunChecks.Check(entries);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) Get(runId).Add(entries);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndRunAsync(string runId, RunStatus status, DateTimeOffset endedAt, string? error = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        if (status is RunStatus.Running || !Enum.IsDefined(status)) throw new ArgumentException($"A run cannot end as {status}.", nameof(status));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var run = Get(runId);
            (run.Status, run.EndedAt, run.Error) = (status, Stored.Time(endedAt), error);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Run?> FindRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_runs.GetValueOrDefault(runId)?.ToRun());
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Run>> ListRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        RunChecks.Check(query);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<Run>>([.. _runs.Values
                .Where(r => r.Matches(query))
                .OrderByDescending(r => r.Start.StartedAt)
                .ThenByDescending(r => r.Start.Id, StringComparer.Ordinal)
                .Take(query.Limit)
                .Select(r => r.ToRun())]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Metric>> GetMetricHistoryAsync(string runId, string metric, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        ArgumentNullException.ThrowIfNull(metric);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<Metric>>([.. Get(runId).History(metric)]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Experiment>> ListExperimentsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<Experiment>>([.. _experiments.Values.OrderBy(e => e.Name, StringComparer.Ordinal)]);
    }

    private Record Get(string runId) => _runs.TryGetValue(runId, out var run) ? run : throw new NotFoundException("run", runId);

    private sealed class Record(NewRun start, string experimentId)
    {
        private static readonly IComparer<Metric> InOrder = Comparer<Metric>.Create(
            static (a, b) => (a.Step, a.Time, a.Value).CompareTo((b.Step, b.Time, b.Value)));

        private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _tags = new(StringComparer.Ordinal);
        private readonly Dictionary<string, SortedSet<Metric>> _metrics = new(StringComparer.Ordinal);
        private readonly List<DatasetInput> _inputs = [];

        public NewRun Start { get; } = start;

        public RunStatus Status { get; set; }

        public DateTimeOffset? EndedAt { get; set; }

        public string? Error { get; set; }

        public void Add(RunEntries entries)
        {
            foreach (var (name, value) in entries.Parameters)
            {
                if (_parameters.TryGetValue(name, out var known) && known != value)
                    throw new ConflictException($"Parameter '{name}' of run '{Start.Id}' is '{known}' already and cannot become '{value}'. Log another parameter or start another run.");
            }

            foreach (var (name, value) in entries.Parameters) _parameters[name] = value;
            foreach (var (name, value) in entries.Tags) _tags[name] = value;
            foreach (var input in entries.Inputs.Where(input => !_inputs.Contains(input))) _inputs.Add(input);
            foreach (var metric in entries.Metrics)
            {
                if (!_metrics.TryGetValue(metric.Name, out var series)) _metrics[metric.Name] = series = new(InOrder);
                series.Add(metric with { Time = Stored.Time(metric.Time) });
            }
        }

        public SortedSet<Metric> History(string metric) => _metrics.TryGetValue(metric, out var series) ? series : [];

        public bool Matches(RunQuery query) =>
            (query.Experiment is null || query.Experiment == Start.Experiment)
            && (query.Status is null || query.Status == Status)
            && query.Tags.All(tag => _tags.TryGetValue(tag.Key, out var value) && value == tag.Value);

        public Run ToRun() => new(
            Start.Id,
            experimentId,
            Start.Name,
            Status,
            Start.StartedAt,
            EndedAt,
            Error,
            new Dictionary<string, string>(_parameters),
            _metrics.ToDictionary(m => m.Key, m => m.Value.Max!, StringComparer.Ordinal),
            new Dictionary<string, string>(_tags),
            [.. _inputs]);
    }
}
