using System.Collections.Concurrent;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Describes queries and pushes by the definitions of the host. A service, which every request asks for again, is described once.</summary>
internal sealed class FeatureDirectory(FeatureDefinitions definitions) : IFeatureDirectory
{
    private readonly ConcurrentDictionary<(string Name, int Version, bool FullNames), FeatureQueryColumns> _services = new();

    public FeatureQueryColumns DescribeQuery(string? service, IReadOnlyList<string> features, bool fullNames)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (service is null) return Describe(null, features, fullNames);
        var found = definitions.GetService(service);
        return _services.GetOrAdd((found.Name, found.Version, fullNames), _ => Describe(service, features, fullNames));
    }

    public IReadOnlyList<PushedColumn> DescribePush(string view)
    {
        ArgumentException.ThrowIfNullOrEmpty(view);
        return PushedColumns.Of(definitions.GetView(view));
    }

    private FeatureQueryColumns Describe(string? service, IReadOnlyList<string> features, bool fullNames)
    {
        var selection = FeatureSelection.Resolve(definitions, service, features, fullNames);
        var keys = new List<Column>();
        foreach (var view in selection.Views)
        {
            foreach (var (key, name) in view.View.Keys.Zip(view.KeyColumns)) Add(keys, new(name, key.Type));
        }

        return new(keys, selection.Request, selection.Schema);
    }

    private static void Add(List<Column> keys, Column key)
    {
        if (keys.Find(k => k.Name == key.Name) is not { } same) keys.Add(key);
        else if (same.Type != key.Type) throw new DataException($"Two views have a join key '{key.Name}', one of type {same.Type} and one of type {key.Type}. Give one of them another name in the feature service.") { Column = key.Name };
    }
}
