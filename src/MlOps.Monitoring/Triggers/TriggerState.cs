namespace MlOps.Monitoring;

/// <summary>What is remembered of a pipeline that monitors start.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Running">Who runs it; null when nobody does.</param>
/// <param name="Starts">When it was started, the latest last; as many as the budget needs.</param>
/// <param name="Models">What is known by model.</param>
/// <param name="WindowEnds">By monitor and reason: the end of the window for which it was started last.</param>
internal sealed record TriggerState(
    string Pipeline, Lease? Running, IReadOnlyList<DateTimeOffset> Starts, IReadOnlyDictionary<string, TriggerModel> Models, IReadOnlyDictionary<string, DateTimeOffset> WindowEnds)
{
    private const int MostDatasets = 2_000;

    /// <summary>Gets the fingerprints of the datasets that went into its runs, or that these were started for, the latest last.</summary>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    public static TriggerState New(string pipeline) => new(pipeline, null, [], new Dictionary<string, TriggerModel>(), new Dictionary<string, DateTimeOffset>());

    /// <summary>Gives what is known of a model while one version serves: what was learned for another answers nothing any more.</summary>
    public TriggerModel Of(string model, int version) => Models.TryGetValue(model, out var known) && known.Version == version ? known : new(version, new Dictionary<string, string>(), 0);

    public TriggerState With(string model, TriggerModel known) => this with { Models = new Dictionary<string, TriggerModel>(Models) { [model] = known } };

    public TriggerState With(IReadOnlyCollection<string> datasets) => datasets.Count == 0 ? this : this with { Datasets = [.. Datasets.Except(datasets).Concat(datasets.Distinct()).TakeLast(MostDatasets)] };
}

/// <summary>What is remembered of a pipeline and a model.</summary>
/// <param name="Version">The version that serves.</param>
/// <param name="Answered">The causes that it was run for, with the run.</param>
/// <param name="Futile">How many runs in a row have left the version in its place.</param>
internal sealed record TriggerModel(int Version, IReadOnlyDictionary<string, string> Answered, int Futile);
