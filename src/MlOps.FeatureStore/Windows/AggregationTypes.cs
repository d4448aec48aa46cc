using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says of which columns there is which aggregation, what type it has, and which windows make sense.</summary>
/// <remarks>
/// | aggregation | columns | result |
/// |---|---|---|
/// | Count | any, or none | Int64 |
/// | Distinct, ApproximateDistinct | any but Binary | Int64 |
/// | Sum | Int64, Boolean (the number that are true) / Float64 / Decimal | Int64 / Float64 / Decimal |
/// | Mean, Variance | Int64, Float64, Decimal, Boolean (as 0 and 1) | Float64 |
/// | Quantile | Int64, Float64, Decimal | Float64 |
/// | Min, Max, TopK | any but Binary | that of the column |
/// | First, Last, LastK | any but Binary | that of the column |
/// </remarks>
internal static class AggregationTypes
{
    /// <summary>The largest place that <see cref="Aggregation.K"/> can ask for: so many values are kept online for each tile.</summary>
    public const int MaxK = 100;

    private static readonly long MaxMicros = (long)TimeSpan.FromDays(365_000).TotalMicroseconds;

    /// <summary>Gives the type of an aggregation.</summary>
    /// <param name="kind">What is computed.</param>
    /// <param name="input">The type of the column; null when it is not known, or there is none.</param>
    /// <returns>The type; null when there is no such aggregation, or it depends on a type that is not known.</returns>
    public static ColumnType? ResultOf(AggregationKind kind, ColumnType? input) => (kind, input) switch
    {
        (AggregationKind.Count, _) or (AggregationKind.Distinct or AggregationKind.ApproximateDistinct, null) => ColumnType.Int64,
        (AggregationKind.Mean or AggregationKind.Variance or AggregationKind.Quantile, null) => ColumnType.Float64,
        (_, null or ColumnType.Binary) => null,
        (AggregationKind.Distinct or AggregationKind.ApproximateDistinct, _) => ColumnType.Int64,
        (AggregationKind.Sum, ColumnType.Boolean) => ColumnType.Int64,
        (AggregationKind.Sum, ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal) => input,
        (AggregationKind.Mean or AggregationKind.Variance, ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal or ColumnType.Boolean) => ColumnType.Float64,
        (AggregationKind.Quantile, ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal) => ColumnType.Float64,
        (AggregationKind.Min or AggregationKind.Max or AggregationKind.TopK or AggregationKind.First or AggregationKind.Last or AggregationKind.LastK, _) => input,
        _ => null,
    };

    /// <summary>Says whether there is an aggregation of a column of a type.</summary>
    public static bool Takes(AggregationKind kind, ColumnType input) => ResultOf(kind, input) is not null;

    /// <summary>Says whether an aggregation can have a type, of whatever column.</summary>
    public static bool Gives(AggregationKind kind, ColumnType result) => Enum.GetValues<ColumnType>().Any(t => ResultOf(kind, t) == result);

    /// <summary>Says what columns an aggregation takes.</summary>
    public static string Advice(AggregationKind kind) =>
        $"It is there for {string.Join(", ", Enum.GetValues<ColumnType>().Where(t => Takes(kind, t)).Select(t => $"{t} (gives {ResultOf(kind, t)})"))}.";

    /// <summary>Checks the aggregation of a feature.</summary>
    /// <param name="view">The name of its view.</param>
    /// <param name="feature">The feature.</param>
    /// <exception cref="DataException">There is no such aggregation, window, hop, place or quantile, or no column from which it could get the feature's type.</exception>
    public static void Check(string view, Feature feature)
    {
        var aggregation = feature.Aggregation ?? throw Wrong(view, feature, "has no aggregation. Say how it is computed, or take it out of a view of windows");
        if (!Enum.IsDefined(aggregation.Kind)) throw Wrong(view, feature, $"asks for the aggregation {(int)aggregation.Kind}, which there is not");
        CheckTime(view, feature, "window", aggregation.Window ?? TimeSpan.FromDays(1));
        CheckTime(view, feature, "hop", aggregation.Hop);
        if (aggregation.K is < 1 or > MaxK) throw Wrong(view, feature, $"asks for place {aggregation.K}. Places are counted from 1 to {MaxK}");
        if (!(aggregation.Quantile is >= 0 and <= 1)) throw Wrong(view, feature, "asks for a quantile outside 0 to 1");
        if (HasNoColumn(feature))
        {
            if (aggregation.Kind != AggregationKind.Count) throw Wrong(view, feature, $"is a {aggregation.Kind} of no column. Name the column");
            if (feature.Type != ColumnType.Int64) throw Wrong(view, feature, $"is of type {feature.Type}, but a count is of type Int64. Declare it so");
        }
        else if (!Gives(aggregation.Kind, feature.Type))
        {
            throw Wrong(view, feature, $"is of type {feature.Type}, which a {aggregation.Kind} cannot have. {Advice(aggregation.Kind)}");
        }
    }

    /// <summary>Checks the aggregation of a feature against the type of its column.</summary>
    /// <param name="view">The name of its view.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="input">The type of its column.</param>
    /// <exception cref="DataException">There is no such aggregation of such a column, or it has another type than the feature.</exception>
    public static void Check(string view, Feature feature, ColumnType input)
    {
        Check(view, feature);
        var kind = feature.Aggregation!.Kind;
        var type = ResultOf(kind, input) ?? throw Wrong(view, feature, $"is a {kind} of column '{feature.Column}', which is of type {input}, and there is none. {Advice(kind)}");
        if (type != feature.Type) throw Wrong(view, feature, $"is of type {feature.Type}, but a {kind} of a column of type {input} is of type {type}. Declare it so");
    }

    /// <summary>Says whether a feature counts events and not values.</summary>
    /// <param name="feature">The feature.</param>
    /// <returns>True when it names no column.</returns>
    public static bool HasNoColumn(Feature feature) => string.IsNullOrEmpty(feature.Column);

    private static void CheckTime(string view, Feature feature, string what, TimeSpan time)
    {
        if (time <= TimeSpan.Zero || time.Ticks % TimeSpan.TicksPerMicrosecond != 0) throw Wrong(view, feature, $"has a {what} of {time}. It must be longer than nothing, and whole microseconds");
        if (time.Ticks / TimeSpan.TicksPerMicrosecond > MaxMicros) throw Wrong(view, feature, $"has a {what} of {time}. Leave the window out for the whole history");
    }

    private static DataException Wrong(string view, Feature feature, string what) => new($"Feature '{view}:{feature.Name}' {what.TrimEnd('.')}.") { Column = feature.Column };
}
