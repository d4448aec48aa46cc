using MlOps.Core;

namespace MlOps.Data.Tests;

/// <summary>The stages over Parquet files, as a host has them.</summary>
public sealed class StagesOnSnapshotsTests
{
    [Fact]
    public async Task Everything_works_on_real_snapshots()
    {
        using var lab = Lab.OfFiles();
        object?[] label = [.. Enumerable.Range(0, 5000).Select(i => (object?)(i % 5 == 0))];
        object?[] x = [.. Enumerable.Range(0, 5000).Select(i => i % 7 == 0 ? null : (object?)(double)i)];
        var data = await lab.KeepAsync(
            ("id", ColumnType.Int64, [.. Enumerable.Range(0, 5000).Select(i => (object?)(long)i)]),
            ("label", ColumnType.Boolean, label),
            ("x", ColumnType.Float64, x),
            ("t", ColumnType.Date, [.. Enumerable.Range(0, 5000).Select(i => (object?)new DateOnly(2001, 1, 1).AddDays(i / 50))]));
        var split = await lab.RunAsync(data, d => d
            .Clean(new RenameColumns("x", "miles"))
            .Deduplicate("id", "t")
            .SplitByTime("t", 0.7, 0.15, 0.15)
            .Prepare(Impute.Median("miles") with { Indicator = true }, ClipOutliers.Quantiles(0.01, 0.99, "miles")));
        split.Training.RowCount.Should().Be(3500);
        var prepared = await lab.PreparedAsync(split, split.Validation, "miles");
        prepared.Should().HaveCount(750).And.NotContainNulls();
        foreach (var kind in new Func<StageOutput<Dataset>, StageOutput<DataSplit>>[]
        {
            d => d.SplitRandom(0.7, 0.15, 0.15), d => d.SplitByHash("x", 0.7, 0.15, 0.15), d => d.SplitStratified("label", 0.7, 0.15, 0.15), d => d.SplitByGroup("t", 0.7, 0.15, 0.15),
        })
        {
            var rows = await lab.RunAsync(data, d => kind(d.Clean(new FilterRows("x", RowCondition.NotMissing))));
            (rows.Training.RowCount + rows.Validation.RowCount + rows.Holdout.RowCount).Should().Be(4285);
        }
    }

    [Fact]
    public async Task A_large_join_keeps_every_row_in_its_place()
    {
        using var lab = Lab.OfFiles();
        const int Rows = 300_000;
        var left = await lab.KeepAsync(("k", ColumnType.Int64, [.. Enumerable.Range(0, Rows).Select(i => (object?)(i * 7919L % 1000))]), ("n", ColumnType.Int64, [.. Enumerable.Range(0, Rows).Select(i => (object?)(long)i)]));
        var right = await lab.KeepAsync(("k", ColumnType.Int64, [.. Enumerable.Range(0, 1000).Select(i => (object?)(long)i)]), ("v", ColumnType.Int64, [.. Enumerable.Range(0, 1000).Select(i => (object?)(i * 10L))]));
        var joined = await lab.RunAsync([left, right], d => d[0].Join(d[1], ["k"]));
        (await lab.ColumnAsync(joined, "n")).Should().Equal(await lab.ColumnAsync(left, "n"));
        (await lab.ColumnAsync(joined, "v")).Should().Equal((await lab.ColumnAsync(left, "k")).Select(k => (object?)((long)k! * 10)));
        (await lab.RunAsync([left, right], d => d[0].Join(d[1], ["k"]))).Fingerprint.Should().Be(joined.Fingerprint);
    }
}
