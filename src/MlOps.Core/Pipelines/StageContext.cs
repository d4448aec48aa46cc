namespace MlOps.Core;

/// <summary>What a stage knows of the run it belongs to, and where it notes what should be recorded.</summary>
/// <remarks>What is logged here is recorded together with the stage's result, or not at all. Thread-safe.</remarks>
public sealed class StageContext : IRunLog
{
    private readonly Lock _gate = new();
    private readonly List<Metric> _metrics = [];
    private readonly Dictionary<string, string> _parameters = [];
    private readonly Dictionary<string, string> _tags = [];
    private readonly List<string> _openedHoldouts = [];
    private readonly List<DataQuality> _quality = [];
    private readonly List<DatasetInput> _inputs = [];

    /// <summary>Gets the services of the stage's own scope.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>Gets the name of the pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Gets the name of the stage within its pipeline.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets the identifier of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Gets the stage's seed, derived from the run's seed and the stage's name.</summary>
    public required int Seed { get; init; }

    /// <summary>Gets whether the stage may open a holdout.</summary>
    /// <value>True only for a stage that implements <see cref="IAcceptanceStage"/>.</value>
    public bool IsAcceptance { get; init; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where progress is shown; null shows it nowhere.</summary>
    public Action<string, double?>? Progress { get; init; }

    /// <summary>Gets the metrics logged so far.</summary>
    public IReadOnlyList<Metric> Metrics { get { lock (_gate) return [.. _metrics]; } }

    /// <summary>Gets the parameters logged so far.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get { lock (_gate) return new Dictionary<string, string>(_parameters); } }

    /// <summary>Gets the tags set so far.</summary>
    public IReadOnlyDictionary<string, string> Tags { get { lock (_gate) return new Dictionary<string, string>(_tags); } }

    /// <summary>Gets the datasets logged so far, besides those that the runner records by itself.</summary>
    public IReadOnlyList<DatasetInput> Inputs { get { lock (_gate) return [.. _inputs]; } }

    /// <summary>Gets the fingerprints of the holdouts that were opened.</summary>
    public IReadOnlyList<string> OpenedHoldouts { get { lock (_gate) return [.. _openedHoldouts]; } }

    /// <summary>Gets what was reported about the quality of data.</summary>
    public IReadOnlyList<DataQuality> Quality { get { lock (_gate) return [.. _quality]; } }

    /// <summary>Shows how far the stage is.</summary>
    /// <param name="message">What it is doing, in a few words.</param>
    /// <param name="fraction">How much is done, 0 to 1; null when unknown.</param>
    public void Report(string message, double? fraction = null) => Progress?.Invoke(message, fraction);

    /// <summary>Logs a metric.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; NaN and infinities are allowed.</param>
    /// <param name="step">The step of a series, 0 for a single value.</param>
    public void LogMetric(string name, double value, long step = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (_gate) _metrics.Add(new(name, value, step, Time.GetUtcNow()));
    }

    /// <summary>Logs a parameter. Logging it again replaces the value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void LogParameter(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        lock (_gate) _parameters[name] = value;
    }

    /// <summary>Sets a tag. Setting it again replaces the value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void SetTag(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        lock (_gate) _tags[name] = value;
    }

    /// <summary>Logs a dataset that the stage used. Those that stages take and make are recorded without it.</summary>
    /// <param name="input">The dataset and what for.</param>
    public void LogInput(DatasetInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        lock (_gate) _inputs.Add(input);
    }

    /// <summary>Reports what was found about the quality of a dataset, for those who listen to the run, as OpenLineage. It is not recorded: log metrics and tags for the record.</summary>
    /// <param name="quality">What was found.</param>
    public void ReportQuality(DataQuality quality)
    {
        ArgumentNullException.ThrowIfNull(quality);
        lock (_gate) _quality.Add(quality);
    }

    /// <summary>Opens a locked holdout; the opening is recorded with the run.</summary>
    /// <param name="holdout">The locked dataset.</param>
    /// <returns>The same dataset, readable.</returns>
    /// <exception cref="HoldoutLockedException">The stage is not an acceptance stage.</exception>
    public Dataset OpenHoldout(Dataset holdout)
    {
        ArgumentNullException.ThrowIfNull(holdout);
        if (!IsAcceptance) throw new HoldoutLockedException(holdout.Name);
        lock (_gate) _openedHoldouts.Add(holdout.Fingerprint);
        return holdout with { IsLocked = false };
    }
}
