namespace MlOps.Monitoring;

/// <summary>A part of a run of a monitor that is looked at for alarms: its checks, and afterwards what became of the pipelines that it may start.</summary>
/// <param name="Report">What the run is known by.</param>
/// <param name="Alarms">What was found, the gravest first.</param>
/// <param name="Concerns">Says of an alarm that is open whether it is of this part.</param>
/// <param name="CanTell">Says of an alarm that was not found whether it is gone.</param>
internal sealed record AlertRound(MonitorReport Report, IReadOnlyList<Alarm> Alarms, Func<Alarm, bool> Concerns, Func<Alarm, bool> CanTell)
{
    // A check that failed or had nothing to look at does not say that all is well.
    public static AlertRound OfChecks(MonitorReport report) => new(
        report,
        report.Alarms,
        alarm => alarm.Check != TriggerAlarms.Check,
        alarm => report.Rows + report.FailedRows > 0 && report.Sections.Any(s => s.Check == alarm.Check && s is not FailedSection));

    public static AlertRound OfTriggers(MonitorReport report, IReadOnlyList<TriggerResult> triggers) => new(
        report,
        TriggerAlarms.Of(triggers),
        alarm => alarm.Check == TriggerAlarms.Check,
        alarm => TriggerAlarms.CanTell(alarm, triggers));
}
