using System.Globalization;
using System.Text.RegularExpressions;

namespace MlOps.EndToEndTests;

/// <summary>The sample, run as its reader runs it: the whole loop on real flights.</summary>
public sealed partial class FlightDelaysTests
{
    [Fact]
    public async Task The_sample_closes_the_loop_and_a_second_run_hits_the_cache()
    {
        using var folder = new TemporaryFolder();
        var first = await RunAsync(folder);
        first.ExitCode.Should().Be(0, first.Output);
        first.Output.Should().Contain("registered as flight-delay/1, serves as champion").And.Contain("Started by drift in delayed (down) of version 1.")
            .And.Contain("predictions, computed again as of their time: the same as were served.").And.NotContain(": alarm", "the inputs hardly move in May and June");
        Cached(first).Should().Be(0);
        LabelsCameLate(first);
        ThePageShowsBothMonths(folder);

        var second = await RunAsync(folder);
        second.ExitCode.Should().Be(0, second.Output);
        Cached(second).Should().BeGreaterThan(5, "nothing has changed: {0}", second.Output);
    }

    [Fact]
    public async Task A_feed_that_changes_to_kilometres_is_found_on_its_first_day_and_the_bad_rows_of_a_day_are_put_aside()
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder, "--fault", "km", "--fault", "day");
        run.ExitCode.Should().Be(0, run.Output);
        DistanceAlarm().Matches(run.Output).Select(m => m.Groups[1].Value).First().Should().Be("2001-06-15", run.Output);
        PutAside().Matches(run.Output).Select(m => (m.Groups["day"].Value, m.Groups["rows"].Value, m.Groups["why"].Value)).Should()
            .Contain(("2001-06-20", "172", "'distance' is between 1 and 6000"), "a tenth of that day has a distance below nothing, and two flights are longer in kilometres than a flight in miles can be: {0}", run.Output);
    }

    private static void LabelsCameLate(Command run)
    {
        LabelTrigger().Match(run.Output).Groups["day"].Value.Should().Be("2001-05-11", "the labels of the first week are known three days after its end: {0}", run.Output);
        var weeks = PerformanceOfWeek().Matches(run.Output).Select(m => (OnTheEvening: m.Groups["evening"].Value, Later: m.Groups["later"].Value, Estimated: Number(m, "estimated"), Realized: Number(m, "realized"))).ToList();
        weeks.Should().HaveCount(9, run.Output);
        weeks.Should().OnlyContain(w => w.OnTheEvening == "0 %" && w.Later == "100 %", "no label is known on the evening of a day, and all are three days later");
        weeks.Should().OnlyContain(w => w.Estimated > 0.55 && w.Estimated < 0.75 && w.Realized > 0.55 && w.Realized < 0.75 && Math.Abs(w.Estimated - w.Realized) < 0.05, "what is estimated without labels is near what comes true: {0}", run.Output);
    }

    private static void ThePageShowsBothMonths(TemporaryFolder folder)
    {
        var page = File.ReadAllText(folder.PathOf(".mlops", "reports", "may-and-june.html"));
        page.Should().ContainAll("flight-delay-settled, 2001-05-01 to 2001-07-01", "<h2>What changed most</h2>", "<h2>Performance</h2>", "<h2>Label coverage</h2>", "<h3>distance</h3>", "<h3>auc</h3>", "estimated</span>", "realized</span>", "<svg");
        page.Should().NotContainAny("http://", "https://", "<script", "<link", "<img", "url(");
        Directory.EnumerateFiles(folder.PathOf(".mlops", "reports", "flight-delay-settled"), "*.json").Should().HaveCount(7, "so many are kept");
    }

    [Fact]
    public async Task A_run_that_is_done_again_comes_out_the_same_and_the_sample_ends()
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder, "--again");
        run.ExitCode.Should().Be(0, run.Output);
        run.Output.Should().Contain("came out the same when it was replayed.");
    }

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static int Cached(Command run) => int.Parse(CachedStages().Match(run.Output).Groups[1].Value, CultureInfo.InvariantCulture);

    private static Task<Command> RunAsync(TemporaryFolder folder, params string[] arguments) => Command.RunAsync(
        folder.Path,
        "dotnet",
        [Repository.PathOf("docs", "samples", "FlightDelays", "bin", Repository.Configuration, "net10.0", "FlightDelays.dll"), .. arguments],
        TestContext.Current.CancellationToken);

    [GeneratedRegex(@"(?<day>2001-\d\d-\d\d) +Started by drift in delayed")]
    private static partial Regex LabelTrigger();

    [GeneratedRegex(@"2001-\d\d-\d\d +(?<evening>\d+ %) +(?<estimated>0\.\d+) +(?<later>\d+ %) +(?<realized>0\.\d+) ")]
    private static partial Regex PerformanceOfWeek();

    [GeneratedRegex(@"(\d+) of \d+ stages cached")]
    private static partial Regex CachedStages();

    [GeneratedRegex(@"(?<day>2001-\d\d-\d\d) +(?<rows>\d+) flights put aside +expected that (?<why>.*\S)")]
    private static partial Regex PutAside();

    [GeneratedRegex(@"(2001-\d\d-\d\d).*distance.*alarm", RegexOptions.IgnoreCase)]
    private static partial Regex DistanceAlarm();
}
