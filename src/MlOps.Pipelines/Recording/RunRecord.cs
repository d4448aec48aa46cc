using System.Globalization;
using System.Runtime.InteropServices;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>What is recorded of a run and its stages without anybody asking for it. Tags are MLflow's where MLflow has one, and begin with <c>mlops.</c> otherwise.</summary>
/// <remarks>
/// Names are cut at 250 characters, values of parameters at 6,000 and of tags at 8,000 (the limits of MLflow); a cut value ends with its length.
/// Neither the user's name nor the machine's is recorded here.
/// </remarks>
internal sealed class RunRecord(string pipeline, PipelineRequest request, int seed, IReadOnlyDictionary<string, string> parameters)
{
    private const int MaxName = 250;
    private const int MaxParameter = 6000;
    private const int MaxTag = 8000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _parameters = new(parameters, StringComparer.Ordinal);
    private readonly List<string> _openings = [];

    public async Task<RunEntries> StartAsync(RunLease lease)
    {
        var code = await CodeVersion.GetAsync().ConfigureAwait(false);
        var tags = new Dictionary<string, string>
        {
            ["mlflow.runName"] = Name(lease),
            ["mlflow.source.name"] = code.Assembly.Split(' ')[0],
            ["mlflow.source.type"] = "JOB",
            ["mlops.pipeline"] = pipeline,
            ["mlops.trigger"] = request.Trigger,
            ["mlops.seed"] = seed.ToString(CultureInfo.InvariantCulture),
            ["mlops.code.assembly"] = code.Assembly,
            ["mlops.code.mvid"] = code.ModuleId,
            ["mlops.environment.os"] = RuntimeInformation.OSDescription,
            ["mlops.environment.architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["mlops.environment.dotnet"] = RuntimeInformation.FrameworkDescription,
            ["mlops.environment.processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        };
        if (code.Commit is { } commit) tags["mlflow.source.git.commit"] = commit;
        if (code.IsDirty is { } dirty) tags["mlops.code.dirty"] = dirty ? "true" : "false";
        if (request.ScheduledFor is { } due) tags["mlops.scheduled_for"] = due.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        if (request.Force) tags["mlops.forced"] = "true";
        if (lease.Token > 1) tags["mlops.resumptions"] = (lease.Token - 1).ToString(CultureInfo.InvariantCulture);
        return new() { Parameters = Cut(parameters, MaxParameter), Tags = Cut(tags, MaxTag) };
    }

    public static string Name(RunLease lease) => string.Create(CultureInfo.InvariantCulture, $"{lease.Pipeline} {lease.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}");

    /// <summary>Gives what is recorded of a stage that ran or whose earlier result was taken.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="key">What its result depends on; null when that could not be found out.</param>
    /// <param name="logged">What the stage logged, or what was recorded of its earlier result.</param>
    /// <param name="result">What it made; null when it failed.</param>
    /// <param name="openings">The holdouts that it opened in this run, in all attempts.</param>
    /// <param name="reason">The reason for the cache hit or miss.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="now">When it ended.</param>
    public RunEntries Stage(
        string stage, StageStatus status, StageKey? key, RunEntries logged, StageResult? result, IReadOnlyList<string> openings, string reason, TimeSpan elapsed, DateTimeOffset now)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var (name, value) in key?.Parameters ?? new Dictionary<string, string>()) parameters[$"{stage}.{name}"] = value;
        foreach (var (name, value) in logged.Parameters) parameters[name] = value;
        var tags = new Dictionary<string, string>(logged.Tags)
        {
            [OfStage(stage, "status")] = Instruments.Name(status),
            [OfStage(stage, "cache")] = reason,
        };
        if (result is not null) tags[OfStage(stage, "output")] = result.Fingerprint;
        if (openings.Count > 0) tags[OfStage(stage, "holdouts")] = string.Join(',', openings);
        return new()
        {
            Metrics = [.. logged.Metrics.Select(m => m with { Name = Cut(m.Name, MaxName) }), new(OfStage(stage, "seconds"), elapsed.TotalSeconds, 0, now)],
            Parameters = Cut(Unique(stage, parameters), MaxParameter),
            Tags = Cut(tags, MaxTag),
            Inputs = result is null ? logged.Inputs : [.. logged.Inputs, .. StageOutputs.Look(result.Value).Datasets.Select(d => new DatasetInput(d.Data.Name, d.Data.Fingerprint, d.Part ?? stage)).Distinct()],
        };
    }

    /// <summary>Gives what a stage logged, as it is recorded.</summary>
    public static RunEntries Logged(StageContext context) => new()
    {
        Metrics = context.Metrics,
        Parameters = context.Parameters.ToDictionary(p => $"{context.Stage}.{p.Key}", p => p.Value),
        Tags = context.Tags,
        Inputs = context.Inputs,
    };

    /// <summary>Gives what a stage logged out of the record of an earlier run, without what was said of that run.</summary>
    public static RunEntries Logged(StageCheckpoint checkpoint)
    {
        var own = OfStage(checkpoint.Stage, string.Empty);
        return checkpoint.Entries with
        {
            Metrics = [.. checkpoint.Entries.Metrics.Where(m => !m.Name.StartsWith(own, StringComparison.Ordinal))],
            Tags = checkpoint.Entries.Tags.Where(t => !t.Key.StartsWith(own, StringComparison.Ordinal)).ToDictionary(),
        };
    }

    /// <summary>Gives what is recorded of stages that did not run.</summary>
    public static RunEntries Skipped(IReadOnlyList<StageRun> stages) => new()
    {
        Tags = stages.Where(s => s.Status == StageStatus.Skipped).ToDictionary(s => Cut(OfStage(s.Name, "status"), MaxName), s => Instruments.Name(s.Status)),
    };

    /// <summary>Counts a stage's entries to those of the run: how often the run has opened a holdout so far, and which parameters it has.</summary>
    /// <param name="entries">What is recorded of a stage, now or before a resumption.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The same, with the new count of the run when the stage opened a holdout.</returns>
    public RunEntries Count(RunEntries entries, string stage)
    {
        lock (_gate)
        {
            foreach (var (name, value) in entries.Parameters) _parameters.TryAdd(name, value);
            if (!entries.Tags.TryGetValue(OfStage(stage, "holdouts"), out var opened)) return entries;
            _openings.AddRange(opened.Split(','));
            var tags = new Dictionary<string, string>(entries.Tags)
            {
                ["mlops.holdout.openings"] = _openings.Count.ToString(CultureInfo.InvariantCulture),
                ["mlops.holdout.fingerprints"] = Cut(string.Join(',', _openings.Distinct()), MaxTag),
            };
            return entries with { Tags = tags };
        }
    }

    private static string OfStage(string stage, string what) => $"mlops.stage.{stage}.{what}";

    // A parameter keeps its first value, so two that would get one name get two.
    private Dictionary<string, string> Unique(string stage, Dictionary<string, string> values)
    {
        lock (_gate)
        {
            var unique = new Dictionary<string, string>();
            foreach (var (name, value) in values)
            {
                var key = _parameters.GetValueOrDefault(name, value) == value ? name : $"{stage}/{name}";
                _parameters.TryAdd(key, value);
                unique[key] = value;
            }

            return unique;
        }
    }

    private static Dictionary<string, string> Cut(IReadOnlyDictionary<string, string> values, int max) =>
        values.GroupBy(v => Cut(v.Key, MaxName)).ToDictionary(g => g.Key, g => Cut(g.First().Value, max));

    /// <summary>Says whether a recorded value is only the beginning of what it was.</summary>
    public static bool IsCut(string value) => value.Length is MaxParameter or MaxTag && value.EndsWith(" characters)", StringComparison.Ordinal);

    private static string Cut(string text, int max)
    {
        if (text.Length <= max) return text;
        var end = string.Create(CultureInfo.InvariantCulture, $"… ({text.Length} characters)");
        return text[..(max - end.Length)] + end;
    }
}
