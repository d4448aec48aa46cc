namespace MlOps.Core;

/// <summary>A group of runs that can be compared.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Name">The name, unique in the store.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record Experiment(string Id, string Name, DateTimeOffset CreatedAt);

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
    IReadOnlyList<DatasetInput> Inputs);

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
public sealed record DatasetInput(string Name, string Fingerprint, string Context);

/// <summary>A run to be recorded.</summary>
/// <param name="Id">The identifier: 32 hexadecimal digits, chosen by the caller, so that starting twice starts once.</param>
/// <param name="Experiment">The name of the experiment; it is created when there is none.</param>
/// <param name="Name">The name, for people.</param>
/// <param name="StartedAt">When it started.</param>
public sealed record NewRun(string Id, string Experiment, string Name, DateTimeOffset StartedAt);

/// <summary>What is to be added to the record of a run, all of it or nothing.</summary>
public sealed record RunEntries
{
    /// <summary>Gets the metrics to add. The same name, step, time and value twice is one.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Gets the parameters to set. A parameter keeps its value: the same value again changes nothing, another is refused.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the tags to set. A tag takes the new value.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the datasets to add. The same dataset and context twice is one.</summary>
    public IReadOnlyList<DatasetInput> Inputs { get; init; } = [];
}

/// <summary>Which runs to list.</summary>
public sealed record RunQuery
{
    /// <summary>Gets the name of the experiment; null for all.</summary>
    public string? Experiment { get; init; }

    /// <summary>Gets the status; null for all.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Gets the tags that a run must have, with these values.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets how many to list at most, the newest first.</summary>
    /// <value>The default is 100, the most 10,000.</value>
    public int Limit { get; init; } = 100;
}
