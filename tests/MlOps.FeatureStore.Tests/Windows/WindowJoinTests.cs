using MlOps.Core;
using static MlOps.FeatureStore.Tests.WindowFixture;

namespace MlOps.FeatureStore.Tests;

public sealed class WindowJoinTests
{
    private static readonly Feature Count = Feature(AggregationKind.Count, ColumnType.Int64);

    [Fact]
    public async Task A_sliding_window_begins_on_a_hop_and_ends_before_the_moment()
    {
        var fixture = Of(ColumnType.Float64, Feature(AggregationKind.Sum, ColumnType.Float64));
        fixture.Add(1L, (2 * Minute) - 1, 1.0).Add(1L, 2 * Minute, 2.0).Add(1L, (62 * Minute) + (30 * Second) - 1, 4.0).Add(1L, (62 * Minute) + (30 * Second), 8.0);
        (await fixture.AsOfAsync((62 * Minute) + (30 * Second))).Should().Be((FeatureValue)6.0);
    }

    [Fact]
    public async Task A_tumbling_window_ends_on_a_hop_too()
    {
        var feature = Count with { Aggregation = new(AggregationKind.Count, TimeSpan.FromHours(1)) { Hop = TimeSpan.FromHours(1), IsTumbling = true } };
        var fixture = Of(ColumnType.Float64, feature);
        fixture.Add(1L, -1, 1.0).Add(1L, 0, 1.0).Add(1L, Hour - 1, 1.0).Add(1L, Hour, 1.0).Add(1L, 90 * Minute, 1.0);
        (await fixture.AsOfAsync(100 * Minute)).Should().Be((FeatureValue)2L);
    }

    [Fact]
    public async Task Windows_before_1970_are_rounded_down_too()
    {
        var fixture = Of(ColumnType.Float64, Count);
        fixture.Add(1L, -62 * Minute, 1.0).Add(1L, (-62 * Minute) - 1, 1.0);
        (await fixture.AsOfAsync((-2 * Minute) + 1)).Should().Be((FeatureValue)1L);
    }

    [Theory]
    [InlineData(AggregationKind.Count, ColumnType.Int64)]
    [InlineData(AggregationKind.Sum, ColumnType.Float64)]
    [InlineData(AggregationKind.Mean, ColumnType.Float64)]
    [InlineData(AggregationKind.Variance, ColumnType.Float64)]
    [InlineData(AggregationKind.Min, ColumnType.Float64)]
    [InlineData(AggregationKind.Max, ColumnType.Float64)]
    [InlineData(AggregationKind.First, ColumnType.Float64)]
    [InlineData(AggregationKind.Last, ColumnType.Float64)]
    [InlineData(AggregationKind.LastK, ColumnType.Float64)]
    [InlineData(AggregationKind.Distinct, ColumnType.Int64)]
    [InlineData(AggregationKind.ApproximateDistinct, ColumnType.Int64)]
    [InlineData(AggregationKind.Quantile, ColumnType.Float64)]
    [InlineData(AggregationKind.TopK, ColumnType.Float64)]
    public async Task A_window_without_a_value_gives_a_missing_value(AggregationKind kind, ColumnType type)
    {
        var fixture = Of(ColumnType.Float64, Feature(kind, type));
        fixture.Add(1L, 0, 1.0).Add(1L, 5 * Hour, default).Add(default, 5 * Hour, 3.0);
        (await fixture.JoinAsync([(1L, 5 * Hour + 1), (2L, 1), (default, 6 * Hour)])).Select(r => r[0].IsMissing).Should().Equal(true, true, true);
    }

    [Fact]
    public async Task A_count_of_no_column_counts_events_without_a_value_too()
    {
        var fixture = Of(ColumnType.Float64, Count, Feature(AggregationKind.Count, ColumnType.Int64, name: "events", column: ""));
        fixture.Add(1L, 0, 1.0).Add(1L, 1, default);
        (await fixture.JoinAsync([(1L, 2)]))[0].Should().Equal(1L, 2L);
    }

    [Fact]
    public async Task Rows_come_out_in_their_order_once_each_with_the_entities_of_others_left_out()
    {
        var fixture = Of(ColumnType.Int64, Feature(AggregationKind.Max, ColumnType.Int64, minutes: null));
        fixture.Add(2L, 10, 20L).Add(1L, 5, 7L).Add(1L, 1, 3L).Add(3L, 0, 99L);
        (await fixture.JoinAsync([(1L, 6), (2L, 11), (1L, 2), (1L, 6), (2L, 10)])).Select(r => r[0]).Should().Equal(7L, 20L, 3L, 7L, default);
    }

    [Fact]
    public async Task The_latest_of_several_at_one_time_is_the_first_in_source_order()
    {
        var fixture = Of(
            ColumnType.String,
            Feature(AggregationKind.First, ColumnType.String),
            Feature(AggregationKind.Last, ColumnType.String),
            Feature(AggregationKind.LastK, ColumnType.String) with { Aggregation = new(AggregationKind.LastK, null) { K = 2 } },
            Feature(AggregationKind.LastK, ColumnType.String, name: "third") with { Aggregation = new(AggregationKind.LastK, null) { K = 3 } });
        fixture.Add(1L, 5, "c").Add(1L, 5, "d").Add(1L, 1, "a").Add(1L, 1, "b");
        (await fixture.JoinAsync([(1L, 6)]))[0].Should().Equal("a", "c", "d", "a");
    }

    [Fact]
    public async Task Text_is_ordered_by_its_UTF8_bytes()
    {
        var fixture = Of(ColumnType.String, Feature(AggregationKind.Max, ColumnType.String), Feature(AggregationKind.Min, ColumnType.String), Feature(AggregationKind.TopK, ColumnType.String) with { Aggregation = new(AggregationKind.TopK, null) { K = 2 } });
        fixture.Add(1L, 0, "\uFFFD").Add(1L, 1, "\U0001F6EB").Add(1L, 2, "Z").Add(1L, 3, "a");
        (await fixture.JoinAsync([(1L, 4)]))[0].Should().Equal("\U0001F6EB", "Z", "\uFFFD");
    }

    [Fact]
    public async Task Not_a_number_is_one_value_above_all_others_and_zero_has_no_sign()
    {
        var kinds = new[] { AggregationKind.Min, AggregationKind.Max, AggregationKind.TopK };
        var fixture = Of(ColumnType.Float64, [.. kinds.Select(k => Feature(k, ColumnType.Float64)), Feature(AggregationKind.Distinct, ColumnType.Int64)]);
        fixture.Add(1L, 0, double.NaN).Add(1L, 1, -0.0).Add(1L, 2, 0.0).Add(1L, 3, BitConverter.Int64BitsToDouble(-1)).Add(1L, 4, double.PositiveInfinity);
        (await fixture.JoinAsync([(1L, 5)]))[0].Should().Equal(0.0, double.NaN, double.NaN, 3L);
    }

    [Fact]
    public async Task A_sum_of_integers_that_does_not_fit_is_refused_by_name()
    {
        var fixture = Of(ColumnType.Int64, Feature(AggregationKind.Sum, ColumnType.Int64));
        fixture.Add(1L, 0, long.MaxValue).Add(1L, 1, 1L);
        await fixture.Awaiting(f => f.AsOfAsync(2)).Should().ThrowAsync<DataException>().WithMessage("Feature 'Sum': *64 bits*");
    }

    [Fact]
    public async Task Integers_are_summed_without_overflow_on_the_way()
    {
        var fixture = Of(ColumnType.Int64, Feature(AggregationKind.Sum, ColumnType.Int64));
        fixture.Add(1L, 0, long.MaxValue).Add(1L, 1, long.MaxValue).Add(1L, 2, long.MinValue).Add(1L, 3, -5L);
        (await fixture.AsOfAsync(4)).Should().Be((FeatureValue)(long.MaxValue - 6L));
    }

    [Fact]
    public async Task Decimals_are_summed_exactly()
    {
        var fixture = Of(ColumnType.Decimal, Feature(AggregationKind.Sum, ColumnType.Decimal), Feature(AggregationKind.Mean, ColumnType.Float64), Feature(AggregationKind.Max, ColumnType.Decimal));
        fixture.Add(1L, 0, 0.1m).Add(1L, 1, 0.2m).Add(1L, 2, 12345678901.000000000000000001m);
        (await fixture.JoinAsync([(1L, 2), (1L, 3)])).SelectMany(r => r).Should().Equal(0.3m, 0.15, 0.2m, 12345678901.300000000000000001m, 12345678901.3 / 3, 12345678901.000000000000000001m);
    }

    [Fact]
    public async Task Truth_values_have_a_sum_a_mean_and_an_order()
    {
        var fixture = Of(ColumnType.Boolean, Feature(AggregationKind.Sum, ColumnType.Int64), Feature(AggregationKind.Mean, ColumnType.Float64), Feature(AggregationKind.Min, ColumnType.Boolean), Feature(AggregationKind.Last, ColumnType.Boolean));
        fixture.Add(1L, 0, true).Add(1L, 1, false).Add(1L, 2, true).Add(1L, 3, true);
        (await fixture.JoinAsync([(1L, 4)]))[0].Should().Equal(3L, 0.75, false, true);
    }

    [Fact]
    public async Task Days_and_moments_can_be_compared()
    {
        var fixture = Of(ColumnType.Date, Feature(AggregationKind.Min, ColumnType.Date), Feature(AggregationKind.Distinct, ColumnType.Int64));
        fixture.Add(1L, 0, new DateOnly(2024, 2, 29)).Add(1L, 1, new DateOnly(1969, 1, 1)).Add(1L, 2, new DateOnly(2024, 2, 29));
        (await fixture.JoinAsync([(1L, 4)]))[0].Should().Equal(new DateOnly(1969, 1, 1), 2L);
    }

    [Fact]
    public async Task A_quantile_lies_between_its_neighbours()
    {
        var fixture = Of(ColumnType.Int64, Feature(AggregationKind.Quantile, ColumnType.Float64) with { Aggregation = new(AggregationKind.Quantile, null) { Quantile = 0.9 } });
        for (var i = 1L; i <= 10; i++) fixture.Add(1L, i, i);
        (await fixture.AsOfAsync(11)).ToDouble().Should().BeApproximately(9.1, 1e-12);
    }

    [Fact]
    public async Task A_quantile_is_known_to_thirteen_binary_digits()
    {
        var fixture = Of(ColumnType.Float64, Feature(AggregationKind.Quantile, ColumnType.Float64));
        fixture.Add(1L, 0, -123456.789);
        var error = Math.Abs(((await fixture.AsOfAsync(1)).ToDouble() / -123456.789) - 1);
        error.Should().BeLessThan(Math.Pow(2, -13)).And.BeGreaterThan(0);
    }

    [Fact]
    public async Task Ten_thousand_values_are_counted_to_a_few_percent()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Feature(AggregationKind.ApproximateDistinct, ColumnType.Int64), Feature(AggregationKind.Distinct, ColumnType.Int64)]) { BatchSize = 5000 };
        for (var i = 0L; i < 20_000; i++) fixture.Add(1L, i, i / 2);
        var found = (await fixture.JoinAsync([(1L, 20_000)]))[0];
        found[1].Should().Be((FeatureValue)10_000L);
        found[0].ToInt64().Should().BeInRange(9_700, 10_300);
    }

    [Fact]
    public async Task Events_created_after_the_row_are_left_out_when_asked_for()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Feature(AggregationKind.Max, ColumnType.Int64), Count], created: true);
        fixture.Add(1L, 1, 10L, created: 1).Add(1L, 2, 30L, created: 50).Add(1L, 3, 20L, created: 10).Add(1L, 4, 99L);
        (await fixture.JoinAsync([(1L, 9), (1L, 10), (1L, 50)], createdBeforeRow: true)).Select(r => (r[0].ToInt64(), r[1].ToInt64())).Should().Equal((10, 1), (20, 2), (30, 3));
    }

    [Fact]
    public async Task Values_that_hold_an_event_created_after_the_row_are_counted()
    {
        var leakage = new LeakageCounter();
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Count, Feature(AggregationKind.Max, ColumnType.Int64, minutes: 1)], created: true);
        fixture.Add(1L, 1, 10L, created: 1).Add(1L, 2, 30L, created: 3 * Hour).Add(1L, 3, 20L, created: 10);
        await fixture.JoinAsync([(1L, 1), (1L, 2), (1L, 5), (1L, Hour), (1L, 4 * Hour)], leakage: leakage);
        leakage.ToReport().Should().Equal(new FeatureLeakage("flights", 3, 2));
    }

    [Fact]
    public async Task A_reversal_takes_back_an_event_from_every_aggregation()
    {
        var fixture = new WindowFixture(
            [new("value", ColumnType.Int64)],
            [
                Count, Feature(AggregationKind.Sum, ColumnType.Int64), Feature(AggregationKind.Max, ColumnType.Int64), Feature(AggregationKind.Min, ColumnType.Int64), Feature(AggregationKind.Distinct, ColumnType.Int64),
                Feature(AggregationKind.Last, ColumnType.Int64), Feature(AggregationKind.First, ColumnType.Int64), Feature(AggregationKind.Quantile, ColumnType.Float64), Feature(AggregationKind.ApproximateDistinct, ColumnType.Int64),
            ],
            created: true,
            reversals: true);
        fixture.Add(1L, 1, 5L).Add(1L, 2, 9L, created: 2).Add(1L, 2, 9L, created: 20, reversal: true).Add(1L, 2, 7L, created: 20);
        var found = await fixture.JoinAsync([(1L, 20), (1L, 21)]);
        found[0].Should().Equal(2L, 14L, 9L, 5L, 2L, 9L, 5L, 7.0, 2L);
        found[1].Should().Equal(2L, 12L, 7L, 5L, 2L, 7L, 5L, 6.0, 2L);
    }

    [Fact]
    public async Task A_reversal_of_nothing_leaves_nothing()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Count, Feature(AggregationKind.Max, ColumnType.Int64), Feature(AggregationKind.Last, ColumnType.Int64)], reversals: true);
        fixture.Add(1L, 1, 5L, reversal: true);
        (await fixture.JoinAsync([(1L, 20)]))[0].Should().OnlyContain(v => v.IsMissing);
    }

    [Fact]
    public async Task A_column_of_a_type_without_such_an_aggregation_is_refused()
    {
        var fixture = Of(ColumnType.String, Feature(AggregationKind.Sum, ColumnType.Float64));
        await fixture.Awaiting(f => f.AsOfAsync(2)).Should().ThrowAsync<DataException>().WithMessage("Feature 'flights:Sum' is a Sum of column 'value', which is of type String*");
    }

    [Fact]
    public async Task A_key_of_another_type_is_refused()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Count], key: ColumnType.String);
        var join = new PointInTimeJoin(
            EntityRows.Of(new[] { BatchOf(new([new("id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp)]), []) }.ToAsyncEnumerable()),
            "event_timestamp", [new(fixture.View, ["id"], fixture.View.Features, 0)], false, new());
        var joining = async () => await fixture.Engine().JoinAsync(join, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        await joining.Should().ThrowAsync<DataException>().WithMessage("Column 'id'*join key 'id'*Int64*String*");
    }
}
