using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>What somebody should know of the pipelines that a monitor may start. Arithmetic without state.</summary>
internal static class TriggerAlarms
{
    /// <summary>What stands for the check; no check of a host may be called so.</summary>
    public const string Check = "triggers";

    private const string IsStopped = "stopped";
    private const string IsRefused = "refused";

    /// <summary>Retraining does not help, and does not start any more.</summary>
    public static Alarm Stopped(string pipeline, string reason, int futile, int limit) =>
        new(Check, AlarmKind.Other, AlarmSeverity.Critical, pipeline, reason) { Direction = IsStopped, Statistic = "futile_runs", Value = futile, Threshold = limit };

    /// <summary>Gives all alarms of a run, the gravest first.</summary>
    public static IReadOnlyList<Alarm> Of(IReadOnlyList<TriggerResult> triggers) =>
    [
        .. triggers.Select(t => t.Alarm).OfType<Alarm>(),
        .. triggers.Where(t => t.Refusals.Count > 0).Select(Refused),
    ];

    /// <summary>Says whether an alarm that is not among those of a run is gone.</summary>
    /// <remarks>A pipeline is not stopped when whether to start it was decided. A refusal stands until the next candidate is taken, or nothing asks for one any more.</remarks>
    public static bool CanTell(Alarm alarm, IReadOnlyList<TriggerResult> triggers)
    {
        var all = triggers.Where(t => t.Pipeline == alarm.Subject).ToList();
        return all.Count == 0
            || (alarm.Direction == IsStopped
                ? all.Exists(t => t.Trigger != TriggerKinds.Schedule && t.Status != TriggerStatus.Failed)
                : all.Exists(t => t.Status == TriggerStatus.Ran) || all.TrueForAll(t => t.Status == TriggerStatus.NotNeeded));
    }

    private static Alarm Refused(TriggerResult result) =>
        new(Check, AlarmKind.Other, AlarmSeverity.Warning, result.Pipeline, string.Create(CultureInfo.InvariantCulture, $"Run {result.Run!.RunId} made a candidate that was refused: {string.Join("; ", result.Refusals)}"))
        {
            Direction = IsRefused,
            Statistic = "refusals",
            Value = result.Refusals.Count,
        };
}
