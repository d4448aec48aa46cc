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
    public FeatureDefinitions(
        IReadOnlyList<Entity> entities, IReadOnlyList<FeatureView> views, IReadOnlyList<ComputedView>? computedViews = null, IReadOnlyList<FeatureService>? services = null)
    {
        ArgumentNullException.ThrowIfNull(entities);
        ArgumentNullException.ThrowIfNull(views);
        (Entities, Views, ComputedViews, Services) = (entities, views, computedViews ?? [], services ?? []);
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
}
