using System.Reflection;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Builds the features of a host. What is wrong is not said at once but all together, when everything is defined.</summary>
/// <example><code>
/// var airport = features.Entity("airport").Key&lt;string&gt;("airport");
/// features.View("airport_delays").Of(airport)
///     .From(flights).KeyFrom("airport", "origin")
///     .EventTime("arrived")
///     .Aggregate&lt;double&gt;("delay", delay => delay.Mean("1h", "24h", "7d").Count("1h"));
/// </code></example>
public sealed class FeatureBuilder
{
    private readonly List<string> _errors = [];
    private readonly List<EntityBuilder> _entities = [];
    private readonly List<ImpliedEntity> _implied = [];
    private readonly List<IViewBuilder> _views = [];
    private readonly List<ComputedViewBuilder> _computed = [];
    private readonly List<FeatureServiceBuilder> _services = [];

    internal FeatureBuilder()
    {
    }

    /// <summary>Adds something that features are about: a driver, an airport, a customer in a shop.</summary>
    /// <param name="name">Its name: letters, digits, dots, dashes and underscores.</param>
    /// <returns>A builder that takes its join keys.</returns>
    public EntityBuilder Entity(string name)
    {
        var entity = new EntityBuilder(name, _errors);
        _entities.Add(entity);
        return entity;
    }

    /// <summary>Adds a view: features of entities that come from one source of events.</summary>
    /// <param name="name">Its name: letters, digits, dots, dashes and underscores.</param>
    /// <returns>A builder that takes its source and its features.</returns>
    public FeatureViewBuilder View(string name)
    {
        var view = new FeatureViewBuilder(name, _errors);
        _views.Add(view);
        return view;
    }

    /// <summary>Adds a view whose events are records of the host's own. What attributes of the record say is taken; the rest is said here.</summary>
    /// <typeparam name="TEvent">The record.</typeparam>
    /// <param name="name">Its name; null takes it from <see cref="FeatureViewAttribute"/>.</param>
    /// <returns>A builder that takes its source and more features.</returns>
    public FeatureViewBuilder<TEvent> View<TEvent>(string? name = null)
    {
        var attribute = typeof(TEvent).GetCustomAttribute<FeatureViewAttribute>();
        if (name is null && attribute is null)
            _errors.Add($"The record {typeof(TEvent).Name} does not say which view it is. Give the view a name, or the record the attribute [FeatureView(\"name\", \"entity\")].");
        var view = new FeatureViewBuilder<TEvent>(name ?? attribute?.Name ?? typeof(TEvent).Name, _errors);
        _implied.AddRange(view.TakeAttributes(attribute));
        _views.Add(view);
        return view;
    }

    /// <summary>Adds a computed view: features that plain functions compute when they are asked for, from columns of the request and from other features.</summary>
    /// <param name="name">Its name: letters, digits, dots, dashes and underscores.</param>
    /// <returns>A builder that takes its inputs and functions.</returns>
    public ComputedViewBuilder Compute(string name)
    {
        var view = new ComputedViewBuilder(name, _errors);
        _computed.Add(view);
        return view;
    }

    /// <summary>Adds a version of a feature service: the features that a model is trained on and served with, in a fixed order.</summary>
    /// <param name="name">Its name: letters, digits, dots, dashes and underscores.</param>
    /// <param name="version">Its version, from 1. Once a version is applied its features stay as they are; add another version beside it.</param>
    /// <returns>A builder that takes the features.</returns>
    public FeatureServiceBuilder Service(string name, int version = 1)
    {
        var service = new FeatureServiceBuilder(name, version, _errors);
        _services.Add(service);
        return service;
    }

    internal FeatureDefinitions Build()
    {
        var entities = _entities.ConvertAll(e => e.Build());
        foreach (var implied in _implied) Imply(entities, implied);
        var views = _views.ConvertAll(v => v.Build(name => entities.Find(e => e.Name == name) ?? new(name, [])));
        var computed = _computed.ConvertAll(v => v.Build(name => FeaturesOf(views, name)));
        var services = _services.ConvertAll(s => s.Build(name => FeaturesOf(views, name)));
        return new(entities, views, computed, services, _errors);
    }

    private void Imply(List<Entity> entities, ImpliedEntity implied)
    {
        if (entities.Find(e => e.Name == implied.Name) is not { } known)
        {
            entities.Add(new(implied.Name, implied.Keys));
        }
        else if (!known.Keys.SequenceEqual(implied.Keys))
        {
            static string TextOf(IReadOnlyList<Column> keys) => string.Join(", ", keys.Select(k => $"{k.Name} {k.Type}"));
            _errors.Add($"View '{implied.View}': its record identifies entity '{implied.Name}' by {TextOf(implied.Keys)}, and the entity has {TextOf(known.Keys)}. Name the keys with [JoinKey(\"name\")], in the order of the entity.");
        }
    }

    private IReadOnlyList<string> FeaturesOf(List<FeatureView> views, string name) =>
        views.Find(v => v.Name == name)?.Features.Select(f => f.Name).ToList()
        ?? _computed.Find(v => v.Name == name)?.FeatureNames
        ?? ["*"]; // the checks say that there is no such view
}
