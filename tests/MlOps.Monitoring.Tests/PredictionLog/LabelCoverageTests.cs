using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class LabelCoverageTests : LogTest
{
    [Fact]
    public async Task Coverage_is_told_by_the_day_of_the_predictions()
    {
        var log = await OpenAsync();
        for (var i = 0; i < 10; i++) await log.WriteAsync(Entry(IdOf(i)) with { Time = Noon.AddHours(i * 3) }, Stop);
        await log.WriteAsync(Entry("failed") with { Error = "no" }, Stop);
        await log.FlushAsync(Stop);
        await log.WriteGroundTruthAsync("flight-delay", [.. Enumerable.Range(0, 6).Select(i => new GroundTruth(IdOf(i), 1, Noon.AddHours(i * 3).AddDays(i + 1)))], Stop);

        var coverage = await Admin.CoverageAsync("flight-delay", Noon, Noon.AddDays(2), Stop);

        coverage.Days.Should().Equal(
            new LabelCoverageDay(new(2001, 5, 1), 4, 4, 1, 0, 0, TimeSpan.FromDays(2), TimeSpan.FromDays(4)),
            new LabelCoverageDay(new(2001, 5, 2), 6, 2, 0, 0, 0, TimeSpan.FromDays(5), TimeSpan.FromDays(6)));
        (coverage.Predictions, coverage.Labelled, coverage.Share, coverage.UnmatchedLabels).Should().Be((10, 6, 0.6, 0));
    }

    [Fact]
    public async Task Labels_that_came_too_early_or_twice_or_for_nothing_are_counted()
    {
        var log = await OpenAsync();
        foreach (var id in (string[])["early", "twice", "twice", "none", "withdrawn"]) await log.WriteAsync(Entry(id), Stop);
        await log.FlushAsync(Stop);
        await log.WriteGroundTruthAsync("flight-delay", [new("early", 1, Noon.AddHours(-3)), new("twice", 1, Noon.AddHours(1)), new("twice", 2, Noon.AddHours(2)), new("withdrawn", 1, Noon.AddHours(1)), new("withdrawn", double.NaN, Noon.AddHours(2)), new("of nothing", 1, Noon)], Stop);
        var coverage = await Admin.CoverageAsync("flight-delay", Noon, Noon.AddDays(1), Stop);
        coverage.Days.Single().Should().Be(new LabelCoverageDay(new(2001, 5, 1), 5, 3, 0, 1, 1, TimeSpan.FromHours(2), TimeSpan.FromHours(2)));
        coverage.UnmatchedLabels.Should().Be(1);
        (await ReadAsync(log)).Select(r => r["ground_truth"]).Should().Equal(1.0, 2.0, 2.0, null, null);
        (await ReadAsync(log))[1]["ground_truth.time"].Should().Be(Noon.AddHours(2));
    }

    [Fact]
    public async Task A_window_without_predictions_has_no_days()
    {
        await OpenAsync();
        foreach (var to in (DateTimeOffset[])[Noon, Noon.AddDays(-1), Noon.AddDays(1)])
        {
            var coverage = await Admin.CoverageAsync("flight-delay", Noon, to, Stop);
            coverage.Days.Should().BeEmpty();
            coverage.Share.Should().BeNull();
        }
    }

    [Fact]
    public async Task Labels_of_other_days_are_not_read()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Entry(IdOf(0)), Stop);
        await log.FlushAsync(Stop);
        await log.WriteGroundTruthAsync("flight-delay", [new(IdOf(0), 1, Noon.AddYears(3)), .. Enumerable.Range(1, 5).Select(i => new GroundTruth(IdOf(i * 8), 1, Noon.AddDays(1)))], Stop);
        foreach (var file in Folder.Files().Where(f => f.Contains("ground-truth", StringComparison.Ordinal) && !f.Contains("of-2001-05-01", StringComparison.Ordinal))) await File.WriteAllTextAsync(file, "cannot be read", Stop);
        (await ReadAsync(log)).Single()["ground_truth"].Should().Be(1.0);
    }

    [Fact]
    public async Task Rows_of_a_request_have_labels_of_their_own()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Entry(IdOf(0)) with { Inputs = [Tensor.Of("x", [1L, 2L, 3L])], Outputs = [] }, Stop);
        await log.FlushAsync(Stop);
        await log.WriteGroundTruthAsync("flight-delay", [new(IdOf(0) + "/2", 7, Noon), new(IdOf(0) + "/00", 8, Noon), new(IdOf(0) + "/", 8, Noon), new(IdOf(0), 9, Noon)], Stop);
        (await ReadAsync(log)).Select(r => r["ground_truth"]).Should().Equal(new object?[] { null, null, 7.0 });
    }

    [Theory]
    [InlineData("00e4b9a0f800" + "7abc8def0123456789ab", true)]
    [InlineData("00e4b9a0f800" + "7abc8def0123456789ab" + "/17", true)]
    [InlineData("00e4b9a0f800" + "4abc8def0123456789ab", false)]
    [InlineData("00e4b9a0f800" + "7abc8def0123456789a", false)]
    [InlineData("00e4b9a0f800" + "7abc8def0123456789abc", false)]
    [InlineData("ffffffffffff" + "7abc8def0123456789ab", false)]
    [InlineData("", false)]
    [InlineData("order 4711", false)]
    public void An_identifier_that_serving_makes_tells_its_day(string id, bool tells) => (PredictionId.DayOf(id) is not null).Should().Be(tells);

    private static string IdOf(int number) => Noon.AddHours(number * 3).ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture) + "7abc8def0123456789ab";
}
