using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class AlertLedgerTests
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly AlertOptions _options = new();
    private readonly List<Silence> _silences = [];
    private AlertState _state = AlertState.Empty;

    [Fact]
    public void An_alarm_is_told_of_once_while_it_is_open()
    {
        Run(0, Drift("x")).Raised.Select(a => a.Cause).Should().Equal("drift/x");
        var again = Run(8, Drift("x"));
        again.Raised.Should().BeEmpty();
        again.Results.Single().Should().Be(new AlertResult("drift/x", AlertStatus.Suppressed, "It is open since 2001-05-01 12:00:00Z and was told of at 2001-05-01 12:00:00Z."));
        _state.Entries.Single().Alert.Should().Match<Alert>(a => a.Since == Noon && a.LastSeen == Noon.AddHours(8));
    }

    [Fact]
    public void It_is_told_of_again_after_a_day()
    {
        Run(0, Drift("x"));
        Run(23, Drift("x")).Raised.Should().BeEmpty();
        Run(24, Drift("x")).Raised.Should().ContainSingle();
        Run(25, Drift("x")).Raised.Should().BeEmpty();
    }

    [Fact]
    public void It_is_never_told_of_again_when_the_host_says_so()
    {
        _options.RepeatAfter = null;
        Run(0, Drift("x"));
        Run(24 * 365, Drift("x")).Raised.Should().BeEmpty();
    }

    [Fact]
    public void A_graver_one_is_told_of_at_once()
    {
        Run(0, Drift("x"));
        Run(1, Drift("x", AlarmSeverity.Critical)).Raised.Should().ContainSingle();
        Run(2, Drift("x")).Raised.Should().BeEmpty();
    }

    [Fact]
    public void The_same_cause_in_several_chunks_is_one_with_the_gravest_severity()
    {
        var first = Run(0, Drift("x"), Drift("x", AlarmSeverity.Critical));
        first.Raised.Single().Alarm.Severity.Should().Be(AlarmSeverity.Critical);
    }

    [Fact]
    public void What_is_gone_is_resolved_and_told_of()
    {
        Run(0, Drift("x"), Drift("y"));
        var later = Run(8, Drift("y"));
        later.Resolved.Select(a => a.Cause).Should().Equal("drift/x");
        later.Results.Should().Contain(r => r.Cause == "drift/x" && r.Status == AlertStatus.Resolved);
        Run(16, Drift("y")).Resolved.Should().BeEmpty();
    }

    [Fact]
    public void What_comes_back_within_the_cool_down_is_not_told_of()
    {
        Run(0, Drift("x"));
        Run(1).Resolved.Should().ContainSingle();
        Run(1.5, Drift("x")).Results.Single().Reason.Should().StartWith("It came back within the cool-down");
        Run(2).Resolved.Should().ContainSingle();
        Run(4, Drift("x")).Raised.Should().ContainSingle();
    }

    [Fact]
    public void A_check_that_failed_does_not_say_that_all_is_well()
    {
        Run(0, Drift("x"));
        var failed = Decide(1, Report(new FailedSection("drift", "no data")));
        failed.Resolved.Should().BeEmpty();
        _state.Entries.Should().ContainSingle(e => e.ResolvedAt == null);
    }

    [Fact]
    public void A_window_without_predictions_does_not_say_that_all_is_well()
    {
        Run(0, Drift("x"));
        Decide(1, Report(new Section([])) with { Rows = 0 }).Resolved.Should().BeEmpty();
    }

    [Fact]
    public void What_is_silenced_is_told_of_when_the_silence_is_over()
    {
        _silences.Add(new("1", "flight-*", "drift/*", Noon.AddHours(2), "ann", "the feed is being mended"));
        Run(0, Drift("x")).Results.Single().Reason.Should().Be("Silenced by ann until 2001-05-01 14:00:00Z: the feed is being mended");
        Run(1, Drift("x")).Raised.Should().BeEmpty();
        Run(2, Drift("x")).Raised.Should().ContainSingle();
    }

    [Fact]
    public void A_silence_covers_what_it_names()
    {
        _silences.Add(new("1", "flight-delay", "drift/y", Noon.AddHours(2), "ann", "known"));
        Run(0, Drift("x"), Drift("y")).Raised.Select(a => a.Cause).Should().Equal("drift/x");
    }

    [Fact]
    public void What_was_silenced_all_along_is_not_told_of_as_resolved()
    {
        _silences.Add(new("1", "*", "*", Noon.AddHours(2), "ann", "known"));
        Run(0, Drift("x"));
        Run(1).Resolved.Should().BeEmpty();
    }

    [Fact]
    public void Two_directions_and_two_segments_are_causes_of_their_own()
    {
        Run(0, Drift("label") with { Direction = "up" });
        Run(1, Drift("label") with { Direction = "down" }).Raised.Should().ContainSingle();
        Run(2, Drift("label") with { Direction = "down" }, Drift("x") with { Segment = "origin=ORD" }, Drift("x") with { Segment = "origin=JFK" }).Raised.Should().HaveCount(2);
    }

    [Fact]
    public void Of_ten_thousand_causes_the_gravest_are_remembered_and_the_rest_is_counted()
    {
        var flood = Run(0, Flood());
        flood.LeftOut.Should().Be(10_000 - _state.Entries.Count);
        flood.Raised.Should().HaveCount(_state.Entries.Count).And.Subject.First().Cause.Should().Be("drift/fire");
        flood.Results.Should().HaveCount(10_000).And.Contain(r => r.Status == AlertStatus.Suppressed && r.Reason.StartsWith("More causes are open than are remembered", StringComparison.Ordinal));
        JsonSerializer.SerializeToUtf8Bytes(_state, MlOpsJson.Options).Length.Should().BeInRange(256 * 1024, 600 * 1024);
    }

    [Fact]
    public void A_flood_that_goes_on_tells_of_nothing_new()
    {
        Run(0, Flood());
        var known = _state.Entries.Select(e => e.Alert.Cause).ToList();
        var again = Run(8, Flood());
        again.Raised.Should().BeEmpty();
        _state.Entries.Select(e => e.Alert.Cause).Should().Equal(known);
    }

    [Fact]
    public void What_is_graver_than_a_flood_is_told_of_all_the_same()
    {
        Run(0, Flood());
        Run(8, [Drift("late", AlarmSeverity.Critical), .. Flood()]).Raised.Select(a => a.Cause).Should().Equal("drift/late");
    }

    [Fact]
    public void Names_of_any_length_are_remembered_and_stay_apart()
    {
        var name = new string('n', 500_000);
        Run(0, Drift(name + "1"), Drift(name + "2") with { Segment = $"{name}=1", Sentence = name }).Raised.Should().HaveCount(2);
        Run(8, Drift(name + "1"), Drift(name + "2") with { Segment = $"{name}=1" }).Raised.Should().BeEmpty();
        JsonSerializer.SerializeToUtf8Bytes(_state, MlOpsJson.Options).Length.Should().BeLessThan(10_000);
    }

    // The gravest first, as a report has them.
    private static Alarm[] Flood() => [Drift("fire", AlarmSeverity.Critical), .. Enumerable.Range(0, 9_999).Select(i => Drift($"c{i}") with { Sentence = "The share of missing values rose from 0.01 to 0.42.", Statistic = "psi", Value = 0.5 })];

    private AlertDecision Run(double hours, params Alarm[] alarms) => Decide(hours, Report(new Section(alarms)));

    private AlertDecision Decide(double hours, MonitorReport report)
    {
        var decision = AlertLedger.Decide(_state, AlertRound.OfChecks(report), _silences, _options, Noon.AddHours(hours));
        _state = decision.State;
        return decision;
    }

    private static MonitorReport Report(MonitorSection section) => new("flight-delay", "flight-delay", 1, Noon.AddDays(-1), Noon, 500, 0, [], [section]);

    private static Alarm Drift(string column, AlarmSeverity severity = AlarmSeverity.Warning) => new("drift", AlarmKind.Drift, severity, column, "Moved.");

    private sealed record Section : MonitorSection
    {
        public Section(IReadOnlyList<Alarm> alarms)
            : base("drift") => Alarms = alarms;
    }
}
