using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes aggregations over windows as SQL. The row is r with its moment m in microseconds, the events are e.</summary>
/// <remarks>
/// What a sketch approximates elsewhere is exact here: distinct counts, and quantiles by linear interpolation (Hyndman and Fan 1996, definition 7). Sums, means and variances of floating-point numbers are added up in the
/// order in which the engine comes to the events, and may differ in their last digits.
/// </remarks>
internal static class SqlWindows
{
    /// <summary>Says whether SQL can compute the windows of a view: not where events take back earlier ones, which have to be paired one by one.</summary>
    public static bool CanCompute(FeatureView view) => !view.IsWindowed || view.IsReversal is null;

    /// <summary>Writes the condition that events of any window of a view meet, so that an index leads to them.</summary>
    public static IEnumerable<string> Reach(SqlEvents events, IReadOnlyList<Feature> features)
    {
        yield return $"{events.Time} < {events.Moment("r.m")}";
        if (features.All(f => f.Aggregation!.Window is not null))
            yield return $"{events.Time} >= {Widest(events, features)}";
    }

    /// <summary>Writes the condition that an event in any window of a view meets.</summary>
    public static string InAny(SqlEvents events, IReadOnlyList<Feature> features) =>
        string.Join(" OR ", features.Select(f => $"({string.Join(" AND ", Inside(events, f.Aggregation!))})").Distinct());

    /// <summary>Writes the value of a feature.</summary>
    /// <exception cref="DataException">There is no such aggregation of such a column, or it has another type than the feature.</exception>
    public static string Value(SqlDialect dialect, SqlEvents events, string view, Feature feature, EventLayout layout)
    {
        AggregationTypes.Check(view, feature);
        var aggregation = feature.Aggregation!;
        var inside = string.Join(" AND ", Inside(events, aggregation));
        if (AggregationTypes.HasNoColumn(feature)) return $"NULLIF(count(*) FILTER (WHERE {inside}), 0)";
        var input = layout.Columns.First(c => c.Name == feature.Column).Type;
        AggregationTypes.Check(view, feature, input);
        var x = events[feature.Column];
        var filter = $"FILTER (WHERE {inside} AND {x} IS NOT NULL)";
        var ordered = dialect.Ordered(x, input);
        var number = input == ColumnType.Boolean ? $"CAST({x} AS integer)" : x;
        var order = string.Join(", ", events.Order);
        return aggregation.Kind switch
        {
            AggregationKind.Count => $"NULLIF(count(*) {filter}, 0)",
            AggregationKind.Sum => dialect.Cast($"sum({number}) {filter}", feature.Type),
            AggregationKind.Mean when input == ColumnType.Float64 => $"avg({x}) {filter}",
            AggregationKind.Mean => $"{dialect.Cast($"sum({number}) {filter}", ColumnType.Float64)} / NULLIF(count(*) {filter}, 0)",
            AggregationKind.Variance => Variance(dialect.Cast(number, ColumnType.Float64), filter, dialect),
            AggregationKind.Min when input == ColumnType.Boolean => $"bool_and({x}) {filter}",
            AggregationKind.Max when input == ColumnType.Boolean => $"bool_or({x}) {filter}",
            AggregationKind.Min => $"min({ordered}) {filter}",
            AggregationKind.Max => $"max({ordered}) {filter}",
            AggregationKind.First => $"(array_agg({x} ORDER BY {events.Time}, {order}) {filter})[1]",
            AggregationKind.Last => $"(array_agg({x} ORDER BY {events.Time} DESC, {order}) {filter})[1]",
            AggregationKind.LastK => string.Create(CultureInfo.InvariantCulture, $"(array_agg({x} ORDER BY {events.Time} DESC, {order}) {filter})[{aggregation.K}]"),
            AggregationKind.TopK => string.Create(CultureInfo.InvariantCulture, $"(array_agg({ordered} ORDER BY {ordered} DESC) {filter})[{aggregation.K}]"),
            AggregationKind.Distinct or AggregationKind.ApproximateDistinct => $"NULLIF(count(DISTINCT {ordered}) {filter}, 0)",
            AggregationKind.Quantile => string.Create(
                CultureInfo.InvariantCulture, $"percentile_cont({aggregation.Quantile:R}) WITHIN GROUP (ORDER BY {dialect.Cast(x, ColumnType.Float64)}) {filter}"),
            _ => throw new DataException($"Feature '{feature.Name}' asks for an aggregation that SQL has not: {aggregation.Kind}."),
        };
    }

    // Some engines fail at an infinite value.
    private static string Variance(string number, string filter, SqlDialect dialect)
    {
        var finite = $"{filter[..^1]} AND {number} - {number} = 0)";
        var other = $"{filter[..^1]} AND NOT ({number} - {number} = 0))";
        return $"CASE WHEN count(*) {other} > 0 THEN {dialect.Cast("'NaN'", ColumnType.Float64)} ELSE var_pop({number}) {finite} END";
    }

    private static IEnumerable<string> Inside(SqlEvents events, Aggregation aggregation)
    {
        yield return $"{events.Time} < {events.Moment(aggregation.IsTumbling ? Floor("r.m", aggregation.Hop) : "r.m")}";
        if (From(aggregation) is { } from) yield return $"{events.Time} >= {events.Moment(from)}";
    }

    private static string? From(Aggregation aggregation)
    {
        if (aggregation.Window is not { } window) return null;
        return aggregation.IsTumbling
            ? string.Create(CultureInfo.InvariantCulture, $"({Floor("r.m", aggregation.Hop)} - {Micros(window)})")
            : Floor(string.Create(CultureInfo.InvariantCulture, $"(r.m - {Micros(window)})"), aggregation.Hop);
    }

    // The earliest beginning: that of each window is at most a hop before its moment.
    private static string Widest(SqlEvents events, IReadOnlyList<Feature> features)
    {
        var reach = features.Max(f => Micros(f.Aggregation!.Window!.Value) + Micros(f.Aggregation!.Hop));
        return events.Moment(string.Create(CultureInfo.InvariantCulture, $"(r.m - {reach})"));
    }

    // The remainder has the sign of the number, also before 1970.
    private static string Floor(string micros, TimeSpan hop)
    {
        var step = Micros(hop);
        return string.Create(CultureInfo.InvariantCulture, $"({micros} - (({micros} % {step}) + {step}) % {step})");
    }

    private static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
