using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says which columns are pushed to a view, and of which types as far as the view tells.</summary>
internal static class PushedColumns
{
    public static IReadOnlyList<PushedColumn> Of(FeatureView view)
    {
        var columns = new List<PushedColumn>();
        foreach (var key in view.Keys) Add(view.ColumnOf(key.Name), key.Type);
        Add(view.EventTime, ColumnType.Timestamp);
        if (view.CreatedTime is not null) Add(view.CreatedTime, ColumnType.Timestamp);
        if (view.IsReversal is not null) Add(view.IsReversal, ColumnType.Boolean);
        foreach (var feature in view.Features.Where(f => !string.IsNullOrEmpty(f.Column))) Add(feature.Column, TypeOf(feature));
        return columns;

        void Add(string name, ColumnType? type)
        {
            var at = columns.FindIndex(c => c.Name == name);
            if (at < 0) columns.Add(new(name, type));
            else if (columns[at].Type is null) columns[at] = new(name, type);
        }
    }

    // What an aggregation gives tells what it takes, save for counts and for averages, which are made of integers and of fractions.
    private static ColumnType? TypeOf(Feature feature) => feature.Aggregation?.Kind switch
    {
        null or AggregationKind.Min or AggregationKind.Max or AggregationKind.First or AggregationKind.Last or AggregationKind.LastK or AggregationKind.TopK => feature.Type,
        AggregationKind.Sum when feature.Type != ColumnType.Int64 => feature.Type,
        _ => null,
    };
}
