namespace MlOps.Core;

/// <summary>Is told what happens in every run of every pipeline of a host: register one as a singleton.</summary>
/// <remarks>
/// It is called by the runner, from several threads, while the run goes on: it takes what it needs and returns at once, and does what takes long elsewhere. One that
/// throws is logged and does not disturb the run.
/// </remarks>
public interface IRunListener
{
    /// <summary>Takes note of something that happened.</summary>
    /// <param name="happened">What happened.</param>
    void OnRunEvent(RunEvent happened);
}

/// <summary>What can happen to a run or to a stage.</summary>
public enum RunEventKind
{
    /// <summary>It started.</summary>
    Started,

    /// <summary>A run that a dead process had left goes on here.</summary>
    Resumed,

    /// <summary>It ended well; a stage perhaps with an earlier result.</summary>
    Finished,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Killed,
}

/// <summary>Something that happened to a run, or to a stage of it. Of each that started, one end is told, unless its process dies or loses the run to another.</summary>
public sealed record RunEvent
{
    /// <summary>Gets what happened.</summary>
    public required RunEventKind Kind { get; init; }

    /// <summary>Gets when.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Gets the pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Gets how often the run had been taken over from a dead process before.</summary>
    public int Resumptions { get; init; }

    /// <summary>Gets the stage; null when it is about the run.</summary>
    public StageNode? Stage { get; init; }

    /// <summary>Gets what the pipeline or the stage says of itself, in a <see cref="System.ComponentModel.DescriptionAttribute"/> on its class; null when it says nothing.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the time that the run was due, which may be earlier than it started; null when nobody said.</summary>
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>Gets the parameters, without secrets: of the run, or of the stage once it has ended.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets what is recorded of the run as tags: code, environment, seed, trigger; of a stage what it tagged.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets where rows were taken from, by the stage or by any stage of the run.</summary>
    public IReadOnlyList<DatasetOrigin> Sources { get; init; } = [];

    /// <summary>Gets the datasets that the stage was given; of a run none, because it makes what it works on.</summary>
    public IReadOnlyList<RunDataset> Inputs { get; init; } = [];

    /// <summary>Gets the datasets that the stage, or the whole run, made.</summary>
    public IReadOnlyList<RunDataset> Outputs { get; init; } = [];

    /// <summary>Gets the registered versions that the stage, or the whole run, passed on.</summary>
    public IReadOnlyList<ModelVersion> Models { get; init; } = [];

    /// <summary>Gets what the stage found about the quality of datasets.</summary>
    public IReadOnlyList<DataQuality> Quality { get; init; } = [];

    /// <summary>Gets whether the stage took an earlier result, and why or why not; null for a run and before the stage has ended.</summary>
    public CacheDecision? Cache { get; init; }

    /// <summary>Gets why it failed; null when it did not.</summary>
    public Exception? Error { get; init; }
}

/// <summary>A dataset that a stage took or made.</summary>
/// <param name="Data">The dataset.</param>
/// <param name="Origin">Where its rows came from; null when the stage did not say.</param>
/// <param name="Part">Which part of a split it is: training, validation, holdout; null when it is none.</param>
public sealed record RunDataset(DatasetReference Data, DatasetOrigin? Origin, string? Part);

/// <summary>What a stage found about the quality of a dataset; see <see cref="StageContext.ReportQuality"/>.</summary>
/// <param name="Fingerprint">The dataset that was looked at.</param>
/// <param name="RowCount">How many rows it has.</param>
/// <param name="Checks">What was expected of it, and whether it was so.</param>
public sealed record DataQuality(string Fingerprint, long RowCount, IReadOnlyList<DataCheck> Checks)
{
    /// <summary>Gets how many values are missing, by column, as far as they were counted.</summary>
    public IReadOnlyDictionary<string, long> MissingCounts { get; init; } = new Dictionary<string, long>();
}

/// <summary>One thing that was expected of data.</summary>
/// <param name="Kind">What the expectation is called, as values_between.</param>
/// <param name="Column">The column; null when it is about several or the table.</param>
/// <param name="Holds">Whether it was met.</param>
/// <param name="Expected">What was expected, in words.</param>
/// <param name="Observed">What was found, in words.</param>
/// <param name="Severity">What a failure means: error or warning.</param>
public sealed record DataCheck(string Kind, string? Column, bool Holds, string Expected, string Observed, string Severity);
