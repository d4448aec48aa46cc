using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>All features of a host: what its definitions say, checked as a whole and found by name. Thread-safe.</summary>
public sealed class FeatureDefinitions
{
    private readonly Dictionary<string, FeatureView> _views;
    private readonly Dictionary<string, ComputedView> _computed;

    /// <summary>Takes definitions.</summary>
    /// <param name="entities">The entities.</param>
    /// <param name="views">The views.</param>
    /// <param name="computedViews">The computed views.</param>
    /// <param name="services">The services.</param>
    /// <exception cref="FeatureDefinitionException">They cannot be used; all that is wrong is said at once.</exception>
    public FeatureDefinitions(
        IReadOnlyList<Entity> entities, IReadOnlyList<FeatureView> views, IReadOnlyList<ComputedView>? computedViews = null, IReadOnlyList<FeatureService>? services = null)
        : this(entities, views, computedViews ?? [], services ?? [], [])
    {
    }

    internal FeatureDefinitions(
        IReadOnlyList<Entity> entities, IReadOnlyList<FeatureView> views, IReadOnlyList<ComputedView> computedViews, IReadOnlyList<FeatureService> services, IReadOnlyList<string> errors)
    {
        ArgumentNullException.ThrowIfNull(entities);
        ArgumentNullException.ThrowIfNull(views);
        (Entities, Views, ComputedViews, Services) = (entities, views, computedViews, services);
        IReadOnlyList<string> all = [.. errors, .. DefinitionChecks.ErrorsOf(this)];
        if (all.Count > 0) throw new FeatureDefinitionException([.. all.Distinct()]);
        _views = Views.ToDictionary(v => v.Name, StringComparer.Ordinal);
        _computed = ComputedViews.ToDictionary(v => v.Name, StringComparer.Ordinal);
    }

    /// <summary>Gets the entities.</summary>
    public IReadOnlyList<Entity> Entities { get; }

    /// <summary>Gets the views.</summary>
    public IReadOnlyList<FeatureView> Views { get; }

    /// <summary>Gets the computed views.</summary>
    public IReadOnlyList<ComputedView> ComputedViews { get; }

    /// <summary>Gets the services, every version.</summary>
    public IReadOnlyList<FeatureService> Services { get; }

    /// <summary>Unites definitions, as a host does with those that it has added. One may name what another defines.</summary>
    /// <param name="definitions">The definitions.</param>
    /// <returns>The features.</returns>
    /// <exception cref="FeatureDefinitionException">They cannot be used; all that is wrong is said at once.</exception>
    public static FeatureDefinitions Of(params IReadOnlyList<FeatureDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var builder = new FeatureBuilder();
        foreach (var definition in definitions) definition.Define(builder);
        return builder.Build();
    }

    /// <summary>Gets a view.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The view.</returns>
    /// <exception cref="NotFoundException">There is none.</exception>
    public FeatureView GetView(string name) => _views.TryGetValue(name, out var view) ? view : throw new NotFoundException("feature view", name, $"There is: {string.Join(", ", _views.Keys)}.");

    /// <summary>Finds a computed view.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The view; null when there is none.</returns>
    public ComputedView? FindComputed(string name) => _computed.GetValueOrDefault(name);

    /// <summary>Gets a service.</summary>
    /// <param name="text">name@version, or the name alone for its newest version.</param>
    /// <returns>The service.</returns>
    /// <exception cref="NotFoundException">There is none.</exception>
    public FeatureService GetService(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var at = text.LastIndexOf('@');
        var (name, version) = at > 0 && int.TryParse(text.AsSpan(at + 1), out var number) ? (text[..at], number) : (text, 0);
        return Services.Where(s => s.Name == name && (version == 0 || s.Version == version)).MaxBy(s => s.Version)
            ?? throw new NotFoundException("feature service", text, $"There is: {string.Join(", ", Services.Select(s => $"{s.Name}@{s.Version}"))}.");
    }

    /// <summary>Names a service so that a model remembers what it was trained on: by the features, their types, their order and whose keys they are read with.</summary>
    /// <param name="service">A service of these definitions.</param>
    /// <returns>The reference.</returns>
    public FeatureServiceReference ReferenceTo(FeatureService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new(service.Name, service.Version, DefinitionDigest.Of(this, service));
    }

    /// <summary>Gives the type of a feature.</summary>
    /// <param name="reference">The feature.</param>
    /// <returns>The type; null when there is no such feature.</returns>
    internal ColumnType? FindType(FeatureReference reference) => _views.TryGetValue(reference.View, out var view)
        ? view.Features.FirstOrDefault(f => f.Name == reference.Feature)?.Type
        : FindComputed(reference.View)?.Features.FirstOrDefault(f => f.Name == reference.Feature)?.Type;
}
