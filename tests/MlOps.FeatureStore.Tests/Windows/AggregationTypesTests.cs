using MlOps.Core;
using static MlOps.FeatureStore.Tests.WindowFixture;

namespace MlOps.FeatureStore.Tests;

public sealed class AggregationTypesTests
{
    [Theory]
    [InlineData(AggregationKind.Count, ColumnType.Binary, ColumnType.Int64)]
    [InlineData(AggregationKind.Sum, ColumnType.Boolean, ColumnType.Int64)]
    [InlineData(AggregationKind.Sum, ColumnType.Decimal, ColumnType.Decimal)]
    [InlineData(AggregationKind.Mean, ColumnType.Decimal, ColumnType.Float64)]
    [InlineData(AggregationKind.Max, ColumnType.String, ColumnType.String)]
    [InlineData(AggregationKind.Sum, ColumnType.Timestamp, null)]
    [InlineData(AggregationKind.Quantile, ColumnType.Boolean, null)]
    [InlineData(AggregationKind.Last, ColumnType.Binary, null)]
    public void An_aggregation_of_a_column_has_a_type_or_there_is_none(AggregationKind kind, ColumnType column, ColumnType? type) => AggregationTypes.ResultOf(kind, column).Should().Be(type);

    public static TheoryData<Feature, string> Wrong() => new()
    {
        { Feature(AggregationKind.Sum, ColumnType.Float64, minutes: 0), "a window of 00:00:00" },
        { Feature(AggregationKind.Sum, ColumnType.Float64) with { Aggregation = new(AggregationKind.Sum, TimeSpan.FromTicks(15)) }, "whole microseconds" },
        { Feature(AggregationKind.Sum, ColumnType.Float64) with { Aggregation = new(AggregationKind.Sum, TimeSpan.FromHours(1)) { Hop = TimeSpan.FromSeconds(-1) } }, "a hop of -00:00:01" },
        { Feature(AggregationKind.Sum, ColumnType.Float64) with { Aggregation = new(AggregationKind.Sum, TimeSpan.FromDays(400_000)) }, "Leave the window out" },
        { Feature(AggregationKind.LastK, ColumnType.Float64) with { Aggregation = new(AggregationKind.LastK, null) { K = 0 } }, "place 0" },
        { Feature(AggregationKind.LastK, ColumnType.Float64) with { Aggregation = new(AggregationKind.LastK, null) { K = 101 } }, "place 101" },
        { Feature(AggregationKind.Quantile, ColumnType.Float64) with { Aggregation = new(AggregationKind.Quantile, null) { Quantile = double.NaN } }, "outside 0 to 1" },
        { Feature((AggregationKind)99, ColumnType.Float64), "aggregation 99" },
        { Feature(AggregationKind.Sum, ColumnType.Float64, column: ""), "a Sum of no column" },
        { Feature(AggregationKind.Count, ColumnType.Float64), "of type Float64, which a Count cannot have" },
        { new("plain", ColumnType.Float64), "has no aggregation" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_makes_no_sense_is_refused(Feature feature, string why)
    {
        var check = () => AggregationTypes.Check("flights", feature);
        check.Should().Throw<DataException>().WithMessage($"Feature 'flights:{feature.Name}' *{why}*");
    }
}
