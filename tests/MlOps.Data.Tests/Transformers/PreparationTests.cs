using System.Text.Json;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class PreparationTests
{
    [Theory]
    [InlineData(ImputeStrategy.Mean, "2.75")] // of 1 3 1 0 3 7 0 7, infinity left out
    [InlineData(ImputeStrategy.Median, "2")]
    [InlineData(ImputeStrategy.MostFrequent, "0")] // all of them stand twice; the smallest wins
    [InlineData(ImputeStrategy.Previous, "7")]
    public async Task Missing_numbers_are_learned_from_what_is_there(ImputeStrategy strategy, string learned)
    {
        var fitted = await FitAsync(new Impute(strategy, "x"), ("x", ColumnType.Float64, [1.0, null, 3.0, 1.0, 0.0, 3.0, double.NaN, double.PositiveInfinity, 7.0, 0.0, 7.0]));
        FillOf(fitted, "x").Text.Should().Be(learned);
    }

    [Theory]
    [InlineData(ColumnType.Int64, "2", "2")]
    [InlineData(ColumnType.Decimal, "2.5", "2.5")]
    public async Task Whole_numbers_stay_whole_and_decimals_exact(ColumnType type, string mean, string median)
    {
        var column = ("x", type, new object?[] { 1, null, 2, 3, 4 });
        FillOf(await FitAsync(Impute.Mean("x"), column), "x").Should().Be(new DataValue(type, mean)); // 2.5, half to even
        FillOf(await FitAsync(Impute.Median("x"), column), "x").Should().Be(new DataValue(type, median));
    }

    [Fact]
    public async Task Extreme_numbers_do_not_overflow()
    {
        var fitted = await FitAsync(Impute.Mean("x"), ("x", ColumnType.Int64, [long.MaxValue, long.MaxValue, long.MaxValue - 3]));
        FillOf(fitted, "x").Text.Should().Be("9223372036854775806");
        fitted = await FitAsync(Impute.Median("x"), ("x", ColumnType.Int64, [long.MinValue, long.MaxValue]));
        FillOf(fitted, "x").Type.Should().Be(ColumnType.Int64);
        fitted = await FitAsync(Impute.Mean("x"), ("x", ColumnType.Float64, [1e16, 1.0, -1e16, 1.0]));
        FillOf(fitted, "x").Text.Should().Be("0.5", "the sum is compensated");
    }

    [Fact]
    public async Task Days_and_moments_have_means_and_medians()
    {
        var days = ("d", ColumnType.Date, new object?[] { new DateOnly(2001, 1, 1), null, new DateOnly(2001, 1, 5), new DateOnly(2001, 1, 3) });
        FillOf(await FitAsync(Impute.Mean("d"), days), "d").Should().Be((DataValue)new DateOnly(2001, 1, 3));
        FillOf(await FitAsync(Impute.Median("d"), days), "d").Should().Be((DataValue)new DateOnly(2001, 1, 3));
        var moments = ("t", ColumnType.Timestamp, new object?[] { DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(2) });
        FillOf(await FitAsync(Impute.Mean("t"), moments), "t").Text.Should().Be("1970-01-01T01:00:00Z");
    }

    [Fact]
    public async Task The_most_frequent_of_every_type_is_found_ties_to_the_smallest()
    {
        async Task<string> Most(ColumnType type, params object?[] values) => FillOf(await FitAsync(Impute.MostFrequent("x"), ("x", type, values)), "x").Text;
        (await Most(ColumnType.String, "b", "a", null, "a", "b", "Z")).Should().Be("a");
        (await Most(ColumnType.Boolean, true, false, null)).Should().Be("false");
        (await Most(ColumnType.Decimal, 2m, 1m, 2m)).Should().Be("2");
        (await Most(ColumnType.Binary, new byte[] { 2 }, new byte[] { 1, 5 }, null)).Should().Be(Convert.ToBase64String([1, 5]));
        (await Most(ColumnType.Int64, 5L, -5L)).Should().Be("-5");
        (await Most(ColumnType.String, "é", "é", "a")).Should().Be("é");
        (await Most(ColumnType.Float64, -0.0, 0.0, 1.0)).Should().Be("0");
    }

    [Theory]
    [InlineData(ImputeStrategy.Mean)]
    [InlineData(ImputeStrategy.Median)]
    [InlineData(ImputeStrategy.MostFrequent)]
    [InlineData(ImputeStrategy.Previous)]
    public async Task A_column_without_values_is_an_error_unless_told_what_to_do(ImputeStrategy strategy)
    {
        var column = ("x", ColumnType.Float64, new object?[] { null, double.NaN });
        var fit = () => FitAsync(new Impute(strategy, "x"), column);
        (await fit.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("x");
        FillOf(await FitAsync(new Impute(strategy, "x") { WhenAllMissing = -1 }, column), "x").Double().Should().Be(-1);
        var none = () => FitAsync(new Impute(strategy, "x"), ("x", ColumnType.Float64, []));
        await none.Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task Text_has_no_mean_and_a_constant_must_fit()
    {
        var mean = () => FitAsync(Impute.Mean("x"), ("x", ColumnType.String, ["a"]));
        (await mean.Should().ThrowAsync<DataException>()).WithMessage("*most frequent*");
        var constant = () => FitAsync(Impute.Constant("x", "none"), ("x", ColumnType.Int64, [1L]));
        (await constant.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("x");
    }

    [Fact]
    public void Every_type_is_filled_and_the_indicator_says_where()
    {
        foreach (var (type, value, there) in new (ColumnType, DataValue, object)[]
        {
            (ColumnType.Boolean, true, false), (ColumnType.Int64, 7, 1L), (ColumnType.Float64, 7, 1.5), (ColumnType.Decimal, 7, 1.5m), (ColumnType.String, "none", "some"),
            (ColumnType.Date, new DateOnly(2000, 1, 1), new DateOnly(2001, 1, 1)), (ColumnType.Timestamp, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)),
            (ColumnType.Binary, new byte[] { 9 }, new byte[] { 1 }),
        })
        {
            var filled = (new FillMissing("x", value) with { Indicator = true }).Apply(Table.Of(("x", type, [null, there, null])));
            Table.Column(filled, "x_missing").Should().Equal(true, false, true);
            Table.Column(filled, "x")[1].Should().BeEquivalentTo(there);
            DataValue.At(filled.Column(0), 0).Text.Should().Be(value.Text, type.ToString());
            filled.Column(0).NullCount.Should().Be(0);
        }
    }

    [Fact]
    public async Task An_indicator_that_would_hide_a_column_is_refused()
    {
        var fit = () => FitAsync(Impute.Mean("x") with { Indicator = true }, ("x", ColumnType.Int64, [1L]), ("x_missing", ColumnType.Boolean, [true]));
        (await fit.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("x_missing");
    }

    [Fact]
    public void The_previous_value_is_carried_over_batches_of_any_size()
    {
        foreach (var (type, a, b) in new (ColumnType, object, object)[] { (ColumnType.Int64, 1L, 2L), (ColumnType.String, "a", "b"), (ColumnType.Float64, 1.5, 2.5), (ColumnType.Boolean, true, false) })
        {
            var batch = Table.Of(("x", type, [null, null, a, null, null, null, b, null]));
            foreach (var size in new[] { 1, 2, 3, 8 })
            {
                var pass = (new FillPrevious("x") with { Indicator = true }).BeginPass();
                var values = new List<object?>();
                var missing = new List<object?>();
                foreach (var slice in Table.Cut(batch, size).ToBlockingEnumerable(Lab.Token))
                {
                    var filled = pass(slice);
                    values.AddRange(Table.Column(filled, "x"));
                    missing.AddRange(Table.Column(filled, "x_missing"));
                }

                values.Should().Equal([null, null, a, a, a, a, b, b]);
                missing.Should().Equal(true, true, false, true, true, true, false, true);
            }
        }
    }

    [Fact]
    public async Task In_a_request_previous_is_the_last_training_value()
    {
        var lab = new Lab(2);
        var split = await SplitAsync(lab, [1.0, null, 3.0], [null, 5.0, null], [null]);
        split = await PrepareAsync(lab, split, Impute.Previous("x"));
        (await lab.PreparedAsync(split, split.Training, "x")).Should().Equal(1.0, 1.0, 3.0);
        (await lab.PreparedAsync(split, split.Validation, "x")).Should().Equal(3.0, 5.0, 5.0);
        Table.Column(lab.Catalog.Load(split.Preparation).Apply(Table.Of(("x", ColumnType.Float64, [9.0, null]))), "x").Should().Equal(9.0, 3.0);
    }

    [Fact]
    public async Task Outliers_are_clipped_at_quantiles_fences_or_sigmas()
    {
        object?[] values = [.. Enumerable.Range(1, 11).Select(i => (object?)(double)i), null, double.NaN, double.NegativeInfinity];
        var column = ("x", ColumnType.Float64, values);
        // R: quantile(1:11, c(.1, .95)), fivenum-like quartiles 3.5 and 8.5, sd(1:11) = 3.316625
        BoundsOf(await FitAsync(ClipOutliers.Quantiles(0.1, 0.95, "x"), column)).Should().Be((2.0, 10.5));
        BoundsOf(await FitAsync(ClipOutliers.Fences(1.5, "x"), column)).Should().Be((-4.0, 16.0));
        var (low, high) = BoundsOf(await FitAsync(ClipOutliers.Sigmas(2, "x"), column));
        low.Should().BeApproximately(6 - (2 * 3.3166247903554), 1e-12);
        high.Should().BeApproximately(6 + (2 * 3.3166247903554), 1e-12);
    }

    [Fact]
    public async Task Bounds_of_whole_numbers_are_rounded_outwards()
    {
        var fitted = await FitAsync(ClipOutliers.Quantiles(0.25, 0.75, "x"), ("x", ColumnType.Int64, [1L, 2L, 3L, 4L]));
        BoundsOf(fitted).Should().Be((1.0, 4.0)); // 1.75 and 3.25
        BoundsOf(await FitAsync(ClipOutliers.Fences(0, "x"), ("x", ColumnType.Decimal, [1, 2, 3, 4]))).Should().Be((1.75, 3.25));
        BoundsOf(await FitAsync(ClipOutliers.Sigmas(3, "x"), ("x", ColumnType.Int64, [5L]))).Should().Be((5.0, 5.0));
        BoundsOf(await FitAsync(ClipOutliers.Sigmas(1e300, "x"), ("x", ColumnType.Int64, [long.MinValue, long.MaxValue]))).Should().Be(((double)long.MinValue, (double)long.MaxValue));
    }

    [Fact]
    public async Task Nonsense_bounds_and_columns_are_refused()
    {
        ((Action)(() => ClipOutliers.Quantiles(0.9, 0.1, "x"))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => ClipOutliers.Quantiles(double.NaN, 0.1, "x"))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => ClipOutliers.Fences(-1, "x"))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => ClipOutliers.Sigmas(double.NaN, "x"))).Should().Throw<ArgumentOutOfRangeException>();
        var empty = () => FitAsync(ClipOutliers.Fences(1.5, "x"), ("x", ColumnType.Float64, [null, double.NaN, double.PositiveInfinity]));
        (await empty.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("x");
    }

    [Fact]
    public async Task Each_step_is_fitted_on_what_the_former_makes()
    {
        var lab = new Lab(2);
        var split = await SplitAsync(lab, [1.0, null, 100.0, 3.0], [null], [null]);
        split = await PrepareAsync(lab, split, new Clip("x", null, 5), Impute.Mean("x"));
        split = await PrepareAsync(lab, split, new RenameColumns("x", "y"));
        split.Preparation.Select(s => s.Kind).Should().Equal("Clip", "FillMissing", "RenameColumns");
        (await lab.PreparedAsync(split, split.Training, "y")).Should().Equal(1.0, 3.0, 5.0, 3.0);
        (await lab.ColumnAsync(split.Training, "x")).Should().Equal(1.0, null, 100.0, 3.0);
    }

    [Fact]
    public async Task Nothing_but_the_training_rows_is_learned_from()
    {
        var lab = new Lab(2);
        IDataEstimator[] steps = [ClipOutliers.Sigmas(2, "x"), ClipOutliers.Fences(1.5, "x"), Impute.Mean("x") with { Indicator = true }, Impute.Median("x"), Impute.MostFrequent("x"), Impute.Previous("x")];
        var one = await PrepareAsync(lab, await SplitAsync(lab, [1.0, null, 3.0, 2.0], [5.0, null], [6.0]), steps);
        var other = await PrepareAsync(lab, await SplitAsync(lab, [1.0, null, 3.0, 2.0], [-1e9, 1e9, 17.0], [null, double.NaN]), steps);
        var third = await PrepareAsync(lab, await SplitAsync(lab, [1.0, null, 3.0, 2.5], [5.0, null], [6.0]), steps);
        Json(other).Should().Be(Json(one));
        Json(third).Should().NotBe(Json(one));
    }

    [Fact]
    public async Task A_request_of_one_row_is_prepared_as_the_whole_was()
    {
        var lab = new Lab(4);
        object?[] x = [1.0, null, 300.0, 2.0, double.NaN, -50.0, 3.0, 2.0];
        object?[] c = ["a", "b", null, "a", "c", null, "x", "a"];
        var data = await lab.KeepAsync(("x", ColumnType.Float64, x), ("c", ColumnType.String, c), ("n", ColumnType.String, ["1", "2", "3", "4", "5", "6", "7", "z"]));
        var split = await PrepareAsync(
            lab,
            new DataSplit(data, data, data.Lock(), []),
            ClipOutliers.Quantiles(0.1, 0.9, "x"),
            Impute.Median("x") with { Indicator = true },
            Impute.MostFrequent("c"),
            new ReplaceValues("c", new Replacement("x", null)),
            Impute.Constant("c", "none"),
            new CastColumn("n", ColumnType.Int64, InvalidAsMissing: true),
            Impute.Mean("n"),
            new DropColumns("x_missing"),
            new RenameColumns("n", "number"));
        var preparation = lab.Catalog.Load(JsonSerializer.Deserialize<List<FittedStep>>(JsonSerializer.Serialize(split.Preparation, MlOpsJson.Options), MlOpsJson.Options)!);
        foreach (var column in new[] { "x", "c", "number" })
        {
            var whole = await lab.PreparedAsync(split, data, column);
            var single = new List<object?>();
            await foreach (var row in Table.Cut(Table.Of(("x", ColumnType.Float64, x), ("c", ColumnType.String, c), ("n", ColumnType.String, ["1", "2", "3", "4", "5", "6", "7", "z"])), 1))
                single.AddRange(Table.Column(preparation.Apply(row), column));
            single.Should().Equal(whole);
            whole.Should().NotContainNulls();
        }
    }

    [Fact]
    public void Every_step_can_be_stored_and_read_back()
    {
        var catalog = new Lab().Catalog;
        IDataTransformer[] steps =
        [
            new DropColumns("a", "b"), new KeepColumns("a"), new RenameColumns("a", "b"), new CastColumn("a", ColumnType.Date, true), new FilterRows("a", RowCondition.In, 1.5, double.NaN),
            new ReplaceValues("a", new Replacement("é", null)), new Clip("a", null, -0.1m), new FillMissing("a", new DateOnly(2001, 2, 3)) with { Indicator = true },
            new FillPrevious([new("a", DateTimeOffset.UnixEpoch), new("b", null)], true),
        ];
        foreach (var step in steps)
        {
            var stored = JsonSerializer.Deserialize<FittedStep>(JsonSerializer.Serialize(catalog.Save(step), MlOpsJson.Options), MlOpsJson.Options)!;
            catalog.Load(stored).Should().BeOfType(step.GetType()).And.BeEquivalentTo(step, o => o.RespectingRuntimeTypes());
        }
    }

    [Fact]
    public async Task A_step_that_drops_rows_cannot_be_part_of_a_model()
    {
        var lab = new Lab();
        var split = await SplitAsync(lab, [1.0], [1.0], [1.0]);
        var prepare = () => PrepareAsync(lab, split, new FilterRows("x", RowCondition.Missing));
        (await prepare.Should().ThrowAsync<ArgumentException>()).WithMessage("*drops rows*");
        var hidden = () => PrepareAsync(lab, split, new LearnsToDrop());
        (await hidden.Should().ThrowAsync<DataException>()).WithMessage("*drops rows*");
    }

    [Fact]
    public async Task A_step_that_the_host_did_not_register_is_refused()
    {
        var lab = new Lab();
        var prepare = async () => await PrepareAsync(lab, await SplitAsync(lab, [1.0], [1.0], [1.0]), new Unknown());
        (await prepare.Should().ThrowAsync<DataException>()).WithMessage("*AddTransformer<Unknown>*");
        var known = new Lab(configure: b => b.AddTransformer<Unknown>("test.unknown"));
        (await PrepareAsync(known, await SplitAsync(known, [1.0], [1.0], [1.0]), new Unknown())).Preparation.Single().Kind.Should().Be("test.unknown");
    }

    [Fact]
    public async Task The_holdout_is_prepared_after_it_was_opened_and_not_before()
    {
        var lab = new Lab();
        var split = await PrepareAsync(lab, await SplitAsync(lab, [1.0, 3.0], [1.0], [null]), Impute.Mean("x"));
        var locked = () => lab.PreparedAsync(split, split.Holdout, "x");
        await locked.Should().ThrowAsync<HoldoutLockedException>();
        (await lab.PreparedAsync(split, lab.Open(split.Holdout), "x")).Should().Equal(2.0);
    }

    private static string Json(DataSplit split) => JsonSerializer.Serialize(split.Preparation, MlOpsJson.Options);

    private static async Task<IDataTransformer> FitAsync(IDataEstimator step, params (string Name, ColumnType Type, object?[] Values)[] columns)
    {
        var batch = Table.Of(columns);
        var schema = DatasetSchema.FromArrow(batch.Schema);
        var whole = await step.FitAsync(schema, () => Table.Stream(batch), Lab.Token);
        var cut = await step.FitAsync(schema, () => Table.Cut(batch, 2), Lab.Token);
        JsonSerializer.Serialize(cut, cut.GetType(), MlOpsJson.Options).Should().Be(JsonSerializer.Serialize(whole, whole.GetType(), MlOpsJson.Options), "the size of batches does not matter");
        return cut;
    }

    private static DataValue FillOf(IDataTransformer fitted, string column) =>
        (fitted is FillPrevious previous ? previous.Fills : ((FillMissing)fitted).Fills).Single(f => f.Column == column).Value!;

    private static (double Low, double High) BoundsOf(IDataTransformer fitted)
    {
        var bounds = ((Clip)fitted).Bounds.Single();
        return (bounds.Minimum!.Double(), bounds.Maximum!.Double());
    }

    private static async Task<DataSplit> SplitAsync(Lab lab, object?[] training, object?[] validation, object?[] holdout) => new(
        await lab.KeepAsync(("x", ColumnType.Float64, training)),
        await lab.KeepAsync(("x", ColumnType.Float64, validation)),
        (await lab.KeepAsync(("x", ColumnType.Float64, holdout))).Lock(),
        []);

    private static Task<DataSplit> PrepareAsync(Lab lab, DataSplit split, params IDataEstimator[] steps) =>
        lab.RunAsync(split.Training, d => d.Then(new Given(split)).Prepare(steps));

    private sealed record Given(DataSplit Split) : IPipelineStage<Dataset, DataSplit>
    {
        public Task<DataSplit> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Split);
    }

    private sealed record LearnsToDrop : IDataEstimator
    {
        public Task<IDataTransformer> FitAsync(DatasetSchema schema, Func<IAsyncEnumerable<RecordBatch>> rows, CancellationToken cancellationToken) =>
            Task.FromResult<IDataTransformer>(new FilterRows("x", RowCondition.Missing));
    }

    private sealed record Unknown : IDataTransformer
    {
        public DatasetSchema GetOutputSchema(DatasetSchema input) => input;

        public RecordBatch Apply(RecordBatch batch) => batch;
    }
}
