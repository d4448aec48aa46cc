using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Builds a view whose columns are named by text.</summary>
public sealed class FeatureViewBuilder : ViewBuilder<FeatureViewBuilder>
{
    internal FeatureViewBuilder(string name, List<string> errors)
        : base(name, errors)
    {
    }
}

/// <summary>Builds a view over a record of the host's own: its properties are the columns, named in camel case as when records are acquired as data: Delay is delay. Attributes of the record are taken first.</summary>
/// <typeparam name="TEvent">The record.</typeparam>
public sealed class FeatureViewBuilder<TEvent> : ViewBuilder<FeatureViewBuilder<TEvent>>
{
    internal FeatureViewBuilder(string name, List<string> errors)
        : base(name, errors)
    {
    }

    /// <summary>Says which property holds a join key.</summary>
    /// <param name="key">The join key.</param>
    /// <param name="column">The property, as <c>x => x.Origin</c>.</param>
    /// <returns>This builder.</returns>
    public FeatureViewBuilder<TEvent> KeyFrom(string key, Expression<Func<TEvent, object?>> column) => KeyFrom(key, ColumnOf(PropertyOf(column)));

    /// <summary>Says which property holds when an event happened.</summary>
    /// <param name="column">The property.</param>
    /// <returns>This builder.</returns>
    public FeatureViewBuilder<TEvent> EventTime(Expression<Func<TEvent, object?>> column) => EventTime(ColumnOf(PropertyOf(column)));

    /// <summary>Says which property holds when an event was written at its source.</summary>
    /// <param name="column">The property.</param>
    /// <returns>This builder.</returns>
    public FeatureViewBuilder<TEvent> CreatedTime(Expression<Func<TEvent, object?>> column) => CreatedTime(ColumnOf(PropertyOf(column)));

    /// <summary>Says which property is true of an event that takes back an earlier one with the same values.</summary>
    /// <param name="column">The property.</param>
    /// <returns>This builder.</returns>
    public FeatureViewBuilder<TEvent> ReversedBy(Expression<Func<TEvent, object?>> column) => ReversedBy(ColumnOf(PropertyOf(column)));

    /// <summary>Adds a feature that is a property of the newest event.</summary>
    /// <param name="column">The property.</param>
    /// <param name="name">The feature; null gives it the name of the column.</param>
    /// <param name="description">What it is, for people.</param>
    /// <returns>This builder.</returns>
    public FeatureViewBuilder<TEvent> Feature(Expression<Func<TEvent, object?>> column, string? name = null, string? description = null)
    {
        var property = PropertyOf(column);
        return AddFeature(name ?? ColumnOf(property), TypeOf(property.PropertyType, property.Name), ColumnOf(property), description);
    }

    /// <summary>Adds features that are computed from a property over windows.</summary>
    /// <param name="column">The property.</param>
    /// <param name="aggregate">Says what is computed.</param>
    /// <returns>This builder.</returns>
    public FeatureViewBuilder<TEvent> Aggregate(Expression<Func<TEvent, object?>> column, Action<AggregateBuilder> aggregate)
    {
        var property = PropertyOf(column);
        return AddAggregate(ColumnOf(property), TypeOf(property.PropertyType, property.Name), aggregate);
    }

    internal IReadOnlyList<ImpliedEntity> TakeAttributes(FeatureViewAttribute? view)
    {
        var keys = new List<(string? Entity, Column Key)>();
        foreach (var (property, attributes) in RecordAttributes.Of(typeof(TEvent)))
        {
            var column = ColumnOf(property);
            foreach (var attribute in attributes)
            {
                switch (attribute)
                {
                    case JoinKeyAttribute key:
                        keys.Add((key.Entity ?? (view is { Entities.Count: > 0 } ? view.Entities[0] : null), new(key.Name ?? column, TypeOf(property.PropertyType, property.Name))));
                        if (key.Name is { } name && name != column) KeyFrom(name, column);
                        break;
                    case EventTimeAttribute: EventTime(column); break;
                    case CreatedTimeAttribute: CreatedTime(column); break;
                    case ReversalAttribute: ReversedBy(column); break;
                    case FeatureAttribute feature:
                        AddFeature(feature.Name ?? column, TypeOf(property.PropertyType, property.Name), column, feature.Description);
                        foreach (var (tag, value) in feature.Tags.Select(RecordAttributes.TagOf)) TagFeature(feature.Name ?? column, tag, value);
                        break;
                    case AggregateAttribute aggregate: AddAggregate(column, TypeOf(property.PropertyType, property.Name), a => RecordAttributes.Apply(aggregate, a)); break;
                }
            }
        }

        foreach (var aggregate in typeof(TEvent).GetCustomAttributes<AggregateAttribute>()) Aggregate(a => RecordAttributes.Apply(aggregate, a));
        if (view is not null) Take(view);
        foreach (var entity in view?.Entities ?? []) AddEntity(entity);
        foreach (var entity in keys.Select(k => k.Entity).OfType<string>()) AddEntity(entity);
        return [.. keys.Where(k => k.Entity is not null).GroupBy(k => k.Entity!).Select(g => new ImpliedEntity(g.Key, [.. g.Select(k => k.Key)], Name))];
    }

    private void Take(FeatureViewAttribute view)
    {
        if (view.TimeToLive is { } text)
        {
            FeatureWindow window = text;
            if (window.IsUnderstood && window.Length is { } length) TimeToLive(length);
            else Errors.Add($"{Place}: '{text}' is no time to live. Write a whole number and s, m, h, d or w, as in 24h.");
        }

        if (view.SkipsNulls) SkipNulls();
        if (view.Owner is { } owner) OwnedBy(owner);
        if (view.Description is { } description) Describe(description);
        foreach (var (tag, value) in view.Tags.Select(RecordAttributes.TagOf)) Tag(tag, value);
    }

    // As records are acquired as data.
    private static string ColumnOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static PropertyInfo PropertyOf(Expression<Func<TEvent, object?>> column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var body = column.Body is UnaryExpression { NodeType: ExpressionType.Convert } conversion ? conversion.Operand : column.Body;
        return body is MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression }
            ? property
            : throw new ArgumentException($"'{column}' names no property of {typeof(TEvent).Name}. Write x => x.Property; compute what you need in the source.", nameof(column));
    }
}
