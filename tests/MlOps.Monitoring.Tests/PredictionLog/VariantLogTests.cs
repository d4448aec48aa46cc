using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class VariantLogTests : LogTest
{
    [Fact]
    public async Task A_label_joins_the_answer_and_its_shadow_and_is_counted_once()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("a") with { Version = 4, Variant = PredictionVariants.Shadow }, Stop);
        await log.FlushAsync(Stop);
        await log.WriteGroundTruthAsync("flight-delay", [new("a", 1, Noon.AddHours(1))], Stop);
        (await ReadAsync(log)).Select(r => (r["prediction.version"], r["prediction.variant"], r["ground_truth"])).Should().BeEquivalentTo<(object?, object?, object?)>([(3L, "champion", 1.0), (4L, "shadow", 1.0)]);
        var day = (await Admin.CoverageAsync("flight-delay", Noon, Noon.AddDays(1), Stop)).Days.Single();
        (day.Predictions, day.Labelled, day.Duplicates, day.Failed).Should().Be((1, 1, 0, 0));
    }

    [Fact]
    public async Task Shadows_are_not_counted_towards_the_next_run_of_a_monitor()
    {
        var log = await OpenAsync();
        long counted = 0;
        Services.GetRequiredService<MonitoringMetrics>().PredictionsStored += (_, rows) => counted += rows;
        for (var i = 0; i < 5; i++) await log.WriteAsync(Entry($"{i}") with { Variant = i < 3 ? PredictionVariants.Shadow : "champion" }, Stop);
        await log.FlushAsync(Stop);
        counted.Should().Be(2);
    }

    [Fact]
    public async Task Rows_of_a_part_are_called_by_their_numbers_in_the_whole()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Part(3, 5_000_000_000, 7), Stop);
        await log.WriteAsync(Part(9), Stop);
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => (r["prediction.id"], r["distance"])).Should().Equal(("whole/3", 3.0), ("whole/5000000000", 5e9), ("whole/7", 7.0), ("whole/9", 9.0), ("a", 500.0));
    }

    [Fact]
    public async Task Every_row_of_a_part_needs_its_number()
    {
        var log = await OpenAsync();
        var write = async () => await log.WriteAsync(Part(1, 2) with { RowNumbers = [1] }, Stop);
        await write.Should().ThrowAsync<ArgumentException>().WithMessage("There are 1 row numbers for 2 rows.*");
    }

    [Fact]
    public async Task Parts_of_one_whole_are_sampled_independently()
    {
        var log = await OpenAsync(o => o.SampleShare = 0.5);
        for (var i = 0; i < 200; i++) await log.WriteAsync(Part(i), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Count.Should().BeInRange(60, 140);
    }

    private static PredictionEntry Part(params long[] rows) => Entry("whole") with
    {
        RowNumbers = rows,
        Inputs = [Tensor.Of("distance", Array.ConvertAll(rows, r => (double)r)), Tensor.Of("origin", Array.ConvertAll(rows, _ => (string?)"ORD"))],
        Outputs = [Tensor.Of("PredictedLabel", Array.ConvertAll(rows, _ => true)), Tensor.Of("Score", new float[2 * rows.Length], width: 2)],
    };
}
