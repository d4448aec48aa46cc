namespace MlOps.Monitoring.Tests;

public sealed class DueTimesTests
{
    private static readonly DateTimeOffset May = new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_interval_is_due_at_its_multiples_whenever_a_host_starts()
    {
        var every = new MonitorOptions { Every = TimeSpan.FromHours(6) };
        DueTimes.Between(every, May.AddHours(1), May.AddHours(13), 7).Due.Should().Equal(May.AddHours(6), May.AddHours(12));
        DueTimes.Next(every, May.AddHours(6)).Should().Be(May.AddHours(12));
        DueTimes.Next(every, May.AddHours(5.9)).Should().Be(May.AddHours(6));
        DueTimes.Next(every, DateTimeOffset.UnixEpoch.AddHours(-7)).Should().Be(DateTimeOffset.UnixEpoch.AddHours(-6));
    }

    [Theory]
    [InlineData("0 6 * * *", 6)]
    [InlineData("30 0 6 * * *", 6.0083333333333333)]
    public void A_calendar_is_due_in_utc(string cron, double hours)
    {
        var options = new MonitorOptions { Cron = cron };
        DueTimes.Next(options, May.ToOffset(TimeSpan.FromHours(5))).Should().BeCloseTo(May.AddHours(hours), TimeSpan.FromMilliseconds(1));
        DueTimes.Between(options, May, May.AddDays(2), 7).Due.Should().HaveCount(2);
    }

    [Fact]
    public void Of_many_the_latest_are_made_up_for_and_the_others_counted()
    {
        foreach (var options in new[] { new MonitorOptions { Every = TimeSpan.FromDays(1) }, new MonitorOptions { Cron = "0 0 * * *" } })
        {
            var (due, older) = DueTimes.Between(options, May, May.AddDays(10), 3);
            due.Should().Equal(May.AddDays(8), May.AddDays(9), May.AddDays(10));
            older.Should().Be(7);
        }
    }

    [Fact]
    public void A_clock_that_went_back_makes_nothing_due() =>
        DueTimes.Between(new() { Every = TimeSpan.FromHours(6) }, May, May.AddHours(-20), 7).Due.Should().BeEmpty();

    [Theory]
    [InlineData("* * * *")]
    [InlineData("61 * * * *")]
    [InlineData("0 0 31 2 *")]
    [InlineData("")]
    [InlineData("every day")]
    public void What_is_no_schedule_or_never_comes_is_refused(string cron) => new ScheduleValidator().Validate("m", new() { Cron = cron }).FailureMessage.Should().Contain("Cron").And.Contain($"'{cron}'");

    [Fact]
    public void Two_schedules_at_once_are_refused() =>
        new ScheduleValidator().Validate("m", new() { Cron = "0 6 * * *", EveryPredictions = 5 }).FailureMessage.Should().Contain("one at most");
}
