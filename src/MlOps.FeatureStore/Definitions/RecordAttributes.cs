using System.Reflection;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads what a record says of itself by attributes, on its properties or on the parameters of its primary constructor.</summary>
internal static class RecordAttributes
{
    /// <summary>Gives the properties, with the attributes of both places.</summary>
    public static IReadOnlyList<(PropertyInfo Property, IReadOnlyList<Attribute> Attributes)> Of(Type type)
    {
        var parameters = type.GetConstructors()
            .SelectMany(c => c.GetParameters())
            .GroupBy(p => p.Name!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.SelectMany(p => p.GetCustomAttributes()).ToList(), StringComparer.Ordinal);
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0)
            .OrderBy(p => p.MetadataToken)
            .Select(p => (p, (IReadOnlyList<Attribute>)[.. p.GetCustomAttributes(), .. parameters.GetValueOrDefault(p.Name, [])]))];
    }

    /// <summary>Reads a tag: its name, or name=value.</summary>
    public static (string Name, string Value) TagOf(string text) => text.Split('=', 2) is [var name, var value] ? (name, value) : (text, "true");

    /// <summary>Says what an attribute says.</summary>
    public static void Apply(AggregateAttribute attribute, AggregateBuilder aggregate)
    {
        FeatureWindow[] windows = [.. attribute.Windows.Select(w => (FeatureWindow)w)];
        _ = attribute.Kind switch
        {
            AggregationKind.Count => aggregate.Count(windows),
            AggregationKind.Sum => aggregate.Sum(windows),
            AggregationKind.Mean => aggregate.Mean(windows),
            AggregationKind.Min => aggregate.Min(windows),
            AggregationKind.Max => aggregate.Max(windows),
            AggregationKind.Variance => aggregate.Variance(windows),
            AggregationKind.First => aggregate.First(windows),
            AggregationKind.Last => aggregate.Last(windows),
            AggregationKind.LastK => aggregate.LastK(attribute.K, windows),
            AggregationKind.TopK => aggregate.TopK(attribute.K, windows),
            AggregationKind.Distinct => aggregate.Distinct(windows),
            AggregationKind.ApproximateDistinct => aggregate.ApproximateDistinct(windows),
            AggregationKind.Quantile => aggregate.Quantile(attribute.Quantile, windows),
            _ => throw new ArgumentException($"{attribute.Kind} is no kind of aggregation.", nameof(attribute)),
        };
        if (attribute.Hop is { } hop) aggregate.Hop(hop);
        if (attribute.IsTumbling) aggregate.Tumbling();
        if (attribute.As is { } name) aggregate.As(name);
    }
}

/// <summary>An entity that a record has by its join keys.</summary>
internal sealed record ImpliedEntity(string Name, IReadOnlyList<Column> Keys, string View);
