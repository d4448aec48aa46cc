using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Decides which engine joins which views.</summary>
internal static class EngineChoice
{
    /// <summary>Gives each view to the engine that is preferred among those that can join it.</summary>
    /// <param name="engines">The engines.</param>
    /// <param name="views">The views.</param>
    /// <param name="rows">The rows.</param>
    /// <returns>The engines that are needed with their views, in the order of the views; null when a view finds none.</returns>
    public static IReadOnlyList<(IPointInTimeEngine Engine, IReadOnlyList<SelectedView> Views)>? Choose(IEnumerable<IPointInTimeEngine> engines, IReadOnlyList<SelectedView> views, EntityRows rows)
    {
        IPointInTimeEngine[] preferred = [.. engines.OrderByDescending(e => e.Preference)];
        if (views.Count == 0) return [(preferred[^1], [])]; // the rows only, for features that are computed from them
        var chosen = views.Select(v => (Engine: preferred.FirstOrDefault(e => e.CanJoin(v.View, rows)), View: v)).ToList();
        return chosen.Exists(c => c.Engine is null) ? null : [.. chosen.GroupBy(c => c.Engine!, c => c.View).Select(g => (g.Key, (IReadOnlyList<SelectedView>)[.. g]))];
    }
}
