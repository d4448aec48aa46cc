using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Which aggregations take which columns, and what they give.</summary>
internal static class AggregationTypes
{
    /// <summary>The most values that the latest or largest ones are.</summary>
    public const int MaxK = 100;

    /// <summary>Gives the type of the result; null when it depends on the column, which is not known.</summary>
    public static ColumnType? ResultOf(AggregationKind kind, ColumnType? column) => kind switch
    {
        AggregationKind.Count or AggregationKind.Distinct or AggregationKind.ApproximateDistinct => ColumnType.Int64,
        AggregationKind.Mean or AggregationKind.Variance or AggregationKind.Quantile => ColumnType.Float64,
        _ => column,
    };

    /// <summary>Says whether a column of a type can be aggregated so.</summary>
    public static bool Takes(AggregationKind kind, ColumnType column) => kind switch
    {
        AggregationKind.Sum or AggregationKind.Mean or AggregationKind.Variance or AggregationKind.Quantile => column is ColumnType.Int64 or ColumnType.Float64,
        AggregationKind.Min or AggregationKind.Max or AggregationKind.TopK => column is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Date or ColumnType.Timestamp,
        _ => true,
    };

    /// <summary>Says what columns an aggregation takes.</summary>
    public static string Advice(AggregationKind kind) => kind is AggregationKind.Min or AggregationKind.Max or AggregationKind.TopK
        ? "It takes integers, numbers, dates and moments."
        : "It takes integers and numbers; make the column one in the source, a boolean as 0 and 1.";
}
