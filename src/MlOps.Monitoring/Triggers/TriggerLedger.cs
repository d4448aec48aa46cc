using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>Decides whether a pipeline may start, from what is remembered of it. Arithmetic without state.</summary>
internal static class TriggerLedger
{
    private const int MostStarts = 10_000;
    private const int MostCauses = 2_000;

    /// <summary>Takes the right to run the pipeline, or says why not.</summary>
    public static TriggerDecision TryStart(TriggerState state, TriggerStart start, MonitorOptions options)
    {
        var now = start.Now;
        // A clock that went back must not hold a pipeline until it has caught up: what seems to lie ahead was now.
        state = state with { Starts = [.. state.Starts.Select(at => at > now ? now : at)] };
        if (state.Running is { } running && running.HoldsAt(now)) return new(state, TriggerStatus.Held, "The pipeline is running already.");
        var known = state.Of(start.Model, start.Version);
        if (start.Cause.Trigger != TriggerKinds.Schedule && known.Futile >= options.StopAfter) return new(state, TriggerStatus.Stopped, Stopped(known.Futile, start.Model, start.Version));
        if (start.Cause.Causes.Count > 0 && start.Cause.Causes.All(known.Answered.ContainsKey))
            return new(state, TriggerStatus.Held, $"Run {known.Answered[start.Cause.Causes[0]]} was started for the same {start.Cause.What} of version {start.Version.ToString(CultureInfo.InvariantCulture)}; nothing has changed since.");
        if (start.Cause.Dataset is { } dataset && state.Datasets.Contains(dataset)) return new(state, TriggerStatus.Held, "The pipeline was run with this version of the dataset already.");
        // Another host has run the same window between the moment in which this one found a reason and now.
        if (start.Cause is { Causes.Count: 0, Dataset: null } && state.WindowEnds.TryGetValue(start.WindowKey, out var end) && end >= start.WindowEnd) return new(state, TriggerStatus.Held, "The pipeline was started for this window already.");
        if (state.Starts.Count > 0 && now - state.Starts[^1] < options.CoolDown)
            return new(state, TriggerStatus.Held, string.Create(CultureInfo.InvariantCulture, $"The pipeline was started at {state.Starts[^1]:u}, within the cool-down of {options.CoolDown}."));
        var spent = state.Starts.Count(at => now - at < options.Per);
        if (spent >= options.MaxRuns)
            return new(state, TriggerStatus.Held, string.Create(CultureInfo.InvariantCulture, $"The budget is spent: monitors started the pipeline {spent} times within {options.Per}, and {options.MaxRuns} times are allowed."));
        return new(
            state with
            {
                Running = start.Lease,
                Starts = [.. state.Starts.Append(now).TakeLast(MostStarts)],
                WindowEnds = new Dictionary<string, DateTimeOffset>(state.WindowEnds) { [start.WindowKey] = start.WindowEnd },
            },
            null,
            string.Empty);
    }

    /// <summary>Notes a run that has ended well.</summary>
    public static TriggerState Ran(TriggerState state, TriggerStart start, string runId, int? champion, IReadOnlyCollection<string> datasets)
    {
        var known = state.Of(start.Model, start.Version);
        var answered = new Dictionary<string, string>(known.Answered.TakeLast(MostCauses));
        foreach (var cause in start.Cause.Causes) answered[cause] = runId;
        return Ended(state, start).With(start.Cause.Dataset is { } dataset ? [.. datasets, dataset] : datasets).With(start.Model, known with { Answered = answered, Futile = champion == start.Version ? known.Futile + 1 : 0 });
    }

    /// <summary>Gives the right to run back.</summary>
    public static TriggerState Ended(TriggerState state, TriggerStart start) => state.Running?.Owner == start.Lease.Owner ? state with { Running = null } : state;

    /// <summary>Forgets what keeps the pipeline from being started, except that it runs and what it has spent.</summary>
    public static TriggerState Reset(TriggerState state) => state with { Models = new Dictionary<string, TriggerModel>() };

    public static string Stopped(int futile, string model, int version) => string.Create(
        CultureInfo.InvariantCulture,
        $"Retraining does not help: the last {futile} runs left version {version} of model {model} in its place. The pipeline is not started again until another version is, or somebody resets it.");
}

/// <summary>A start that is asked for.</summary>
internal sealed record TriggerStart(string Model, int Version, TriggerCause Cause, Lease Lease, string WindowKey, DateTimeOffset WindowEnd, DateTimeOffset Now);

/// <summary>Whether a pipeline may start.</summary>
/// <param name="State">What is to be remembered.</param>
/// <param name="Refusal">What became of it; null when it may start.</param>
/// <param name="Reason">Why not.</param>
internal sealed record TriggerDecision(TriggerState State, TriggerStatus? Refusal, string Reason);

/// <summary>Why runs are started, as their records name it.</summary>
internal static class TriggerKinds
{
    public const string Drift = "drift";
    public const string Performance = "performance";
    public const string Alarm = "alarm";
    public const string Labels = "labels";
    public const string Data = "data";
    public const string Schedule = "schedule";
}
