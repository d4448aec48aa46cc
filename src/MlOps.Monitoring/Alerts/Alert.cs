using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>A cause of alarms that is open, from the run that found it first to the one that no longer does.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Cause">What tells it from others: <see cref="Alarm.Cause"/>.</param>
/// <param name="Alarm">The alarm as it was found last.</param>
/// <param name="Since">When it was found first.</param>
/// <param name="LastSeen">When it was found last.</param>
public sealed record Alert(string Monitor, string Cause, Alarm Alarm, DateTimeOffset Since, DateTimeOffset LastSeen)
{
    /// <summary>Gives the alarm without what may hold values of columns: the sentence, the value of the segment, the parts.</summary>
    internal Alert WithoutValues()
    {
        var segment = Alarm.Segment?.Split('=', 2)[0];
        var figures = double.IsNaN(Alarm.Value) ? "There is an alarm"
            : string.Create(CultureInfo.InvariantCulture, $"{Alarm.Statistic ?? "value"} is {Alarm.Value:G4}{(double.IsNaN(Alarm.Reference) ? "" : $", in the reference {Alarm.Reference:G4}")}{(double.IsNaN(Alarm.Threshold) ? "" : $", the limit {Alarm.Threshold:G4}")}");
        return this with { Cause = (Alarm with { Segment = segment }).Cause, Alarm = Alarm with { Segment = segment, Sentence = figures + ".", Contributors = [] } };
    }
}

/// <summary>Alarms that nobody is told of for a while.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Monitor">The monitors: a name, in which * stands for anything.</param>
/// <param name="Cause">The causes, as <see cref="Alarm.Cause"/> gives them, in which * stands for anything: <c>drift/distance</c>, <c>performance/*</c>.</param>
/// <param name="Until">The moment from which on it is told of again.</param>
/// <param name="By">Who silenced it.</param>
/// <param name="Why">Why.</param>
public sealed record Silence(string Id, string Monitor, string Cause, DateTimeOffset Until, string By, string Why)
{
    internal bool Covers(string monitor, string cause, DateTimeOffset now) =>
        now < Until && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Monitor, monitor, ignoreCase: false) && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Cause, cause, ignoreCase: false);
}

/// <summary>What became of an alarm of a run.</summary>
/// <param name="Cause">Its cause.</param>
/// <param name="Status">Whether anybody was told.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record AlertResult(string Cause, AlertStatus Status, string Reason);

/// <summary>What can become of an alarm.</summary>
public enum AlertStatus
{
    /// <summary>It was given to the sinks that want it.</summary>
    Sent,

    /// <summary>It is open, and nobody was told again.</summary>
    Suppressed,

    /// <summary>It is gone.</summary>
    Resolved,
}
