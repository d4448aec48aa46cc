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
            .And.NotContain("alarm", "the inputs hardly move in May and June");
        Cached(first).Should().Be(0);

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

    [Fact]
    public async Task A_run_that_is_done_again_comes_out_the_same_and_the_sample_ends()
    {
        using var folder = new TemporaryFolder();
        var run = await RunAsync(folder, "--again");
        run.ExitCode.Should().Be(0, run.Output);
        run.Output.Should().Contain("came out the same when it was replayed.");
    }

    private static int Cached(Command run) => int.Parse(CachedStages().Match(run.Output).Groups[1].Value, CultureInfo.InvariantCulture);

    private static Task<Command> RunAsync(TemporaryFolder folder, params string[] arguments) => Command.RunAsync(
        folder.Path,
        "dotnet",
        [Repository.PathOf("docs", "samples", "FlightDelays", "bin", Repository.Configuration, "net10.0", "FlightDelays.dll"), .. arguments],
        TestContext.Current.CancellationToken);

    [GeneratedRegex(@"(\d+) of \d+ stages cached")]
    private static partial Regex CachedStages();

    [GeneratedRegex(@"(?<day>2001-\d\d-\d\d) +(?<rows>\d+) flights put aside +expected that (?<why>.*\S)")]
    private static partial Regex PutAside();

    [GeneratedRegex(@"(2001-\d\d-\d\d).*distance.*alarm", RegexOptions.IgnoreCase)]
    private static partial Regex DistanceAlarm();
}
