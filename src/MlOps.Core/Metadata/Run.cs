namespace MlOps.Core;

/// <summary>One recorded execution: of a pipeline, or of anything that a host wants on record.</summary>
/// <param name="Id">The identifier: 32 hexadecimal digits.</param>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Name">The name, for people.</param>
/// <param name="Status">How it stands.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Metrics">The latest value of each metric: the one with the highest step, then time, then value.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Inputs">The datasets that it read.</param>
public sealed record Run(
    string Id,
    string ExperimentId,
    string Name,
    RunStatus Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string? Error,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyDictionary<string, Metric> Metrics,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<DatasetInput> Inputs)
{
    /// <summary>Gets who ran it; null when nobody said so.</summary>
    public string? User { get; init; }

    /// <summary>Gets when it was deleted; null while it is in use.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Gets the files that it left: path within the run to bytes in the artifact store.</summary>
    public IReadOnlyDictionary<string, ArtifactRef> Artifacts { get; init; } = new Dictionary<string, ArtifactRef>();

    /// <summary>Gets the run that it is part of, from the tag <see cref="RunTags.Parent"/>; null for none.</summary>
    public string? ParentId => Tags.GetValueOrDefault(RunTags.Parent);
}

/// <summary>How a run stands.</summary>
public enum RunStatus
{
    /// <summary>It runs, or its process died and nobody has gone on with it yet.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Finished,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Killed,

    /// <summary>It is to be run and has not begun.</summary>
    Scheduled,
}

/// <summary>A measured value.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The value; NaN and infinities are allowed.</param>
/// <param name="Step">The step of a series, 0 for a single value.</param>
/// <param name="Time">When it was measured.</param>
public sealed record Metric(string Name, double Value, long Step, DateTimeOffset Time);

/// <summary>A dataset that a run read.</summary>
/// <param name="Name">The dataset.</param>
/// <param name="Fingerprint">The SHA-256 of its rows.</param>
/// <param name="Context">What for: training, validation, holdout.</param>
public sealed record DatasetInput(string Name, string Fingerprint, string Context)
{
    /// <summary>Gets the kind of source that it came from, as parquet or sql; null when not known.</summary>
    public string? SourceType { get; init; }

    /// <summary>Gets where it came from, without secrets; null when not known.</summary>
    public string? Source { get; init; }

    /// <summary>Gets its schema as text; null when not known.</summary>
    public string? Schema { get; init; }

    /// <summary>Gets its profile as text; null when not known.</summary>
    public string? Profile { get; init; }

    /// <summary>Gets further tags of this use of it.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Says whether another says the same, its tags included.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True when it does.</returns>
    public bool Equals(DatasetInput? other) =>
        other is not null
        && (Name, Fingerprint, Context, SourceType, Source, Schema, Profile) == (other.Name, other.Fingerprint, other.Context, other.SourceType, other.Source, other.Schema, other.Profile)
        && Tags.Count == other.Tags.Count
        && Tags.All(tag => other.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Fingerprint, Context);
}

/// <summary>A run to be recorded.</summary>
/// <param name="Id">The identifier: 32 hexadecimal digits, chosen by the caller, so that starting twice starts once.</param>
/// <param name="Experiment">The name of the experiment; it is created when there is none.</param>
/// <param name="Name">The name, for people.</param>
/// <param name="StartedAt">When it started.</param>
public sealed record NewRun(string Id, string Experiment, string Name, DateTimeOffset StartedAt)
{
    /// <summary>Gets the identifier of the experiment, instead of its name: it must be there, and <see cref="Experiment"/> is not looked at. Null to go by the name.</summary>
    public string? ExperimentId { get; init; }

    /// <summary>Gets who runs it; null when nobody is to be recorded.</summary>
    public string? User { get; init; }

    /// <summary>Gets the run that it is part of; it is recorded as the tag <see cref="RunTags.Parent"/>. Null for none.</summary>
    public string? ParentId { get; init; }

    /// <summary>Gets its first tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>What is to be changed of a run, all of it or nothing. What is null stays.</summary>
/// <param name="At">When it is changed.</param>
public sealed record RunChange(DateTimeOffset At)
{
    /// <summary>Gets the new name, which becomes the tag <see cref="RunTags.Name"/>, too.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the new status. One that ends the run also sets its end and its error, to what is given here; another clears both.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Gets when it ended; null for <see cref="At"/> when the status ends it. Without a status it is changed alone.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets why it failed; null when it did not. Without a status it is changed alone.</summary>
    public string? Error { get; init; }

    /// <summary>Gets true to delete it, so that it can be restored, or false to restore it. Both twice are the same as once.</summary>
    public bool? IsDeleted { get; init; }
}

/// <summary>What is to be added to the record of a run, all of it or nothing.</summary>
public sealed record RunEntries
{
    /// <summary>Gets the metrics to add. The same name, step, time and value twice is one.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Gets the parameters to set. A parameter keeps its value: the same value again changes nothing, another is refused.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the tags to set. A tag takes the new value, also when it is one of those removed here. <see cref="RunTags.Name"/> renames the run.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the datasets to add. The same dataset and context twice is one; it keeps what was said of it first.</summary>
    public IReadOnlyList<DatasetInput> Inputs { get; init; } = [];

    /// <summary>Gets the files to add: path within the run, with slashes, to bytes that are in the artifact store already. A path takes the new bytes, also when it is one of those removed here.</summary>
    public IReadOnlyDictionary<string, ArtifactRef> Artifacts { get; init; } = new Dictionary<string, ArtifactRef>();

    /// <summary>Gets the tags to remove; one that is not there is passed over.</summary>
    public IReadOnlyList<string> RemovedTags { get; init; } = [];

    /// <summary>Gets the files to remove from the run: paths, or folders with everything below. The bytes are left to the artifact store's collector.</summary>
    public IReadOnlyList<string> RemovedArtifacts { get; init; } = [];
}

/// <summary>Which runs to list. All conditions must hold.</summary>
public sealed record RunQuery
{
    /// <summary>Gets the name of the experiment; null for all.</summary>
    public string? Experiment { get; init; }

    /// <summary>Gets the identifiers of the experiments; null for all, none for none.</summary>
    public IReadOnlyList<string>? ExperimentIds { get; init; }

    /// <summary>Gets the status; null for all.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Gets the tags that a run must have, with these values.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the condition: MLflow's grammar with OR, NOT, parentheses and IN, as <c>metrics.auc > 0.7 AND (params.trees = '100' OR tags.kind IN ('a', 'b'))</c>; null for all.</summary>
    public string? Filter { get; init; }

    /// <summary>Gets the order, as <c>metrics.auc DESC</c>; by default the newest first. Equal runs come as in the default order.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Gets whether to list deleted ones.</summary>
    public LifecycleView View { get; init; } = LifecycleView.Active;

    /// <summary>Gets how many to list at most.</summary>
    /// <value>The default is 100, the most 50,000.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Gets where to read on: <see cref="Page{T}.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }

    /// <summary>Gets what to load of each run; what is left out stands empty in the result.</summary>
    public RunParts Parts { get; init; } = RunParts.All;

    /// <summary>Gets the names of the metrics to load, for runs with many of which few are wanted; null for all.</summary>
    public IReadOnlyList<string>? MetricNames { get; init; }
}

/// <summary>The parts of a run that a search loads. The name, the status and the times are always there.</summary>
[Flags]
public enum RunParts
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>The parameters.</summary>
    Parameters = 1,

    /// <summary>The latest value of each metric.</summary>
    Metrics = 2,

    /// <summary>The tags.</summary>
    Tags = 4,

    /// <summary>The datasets.</summary>
    Inputs = 8,

    /// <summary>The files.</summary>
    Artifacts = 16,

    /// <summary>Everything.</summary>
    All = Parameters | Metrics | Tags | Inputs | Artifacts,
}
