namespace MlOps.FeatureStore;

/// <summary>Lists the features that a model is trained on and served with, in the order in which they are added.</summary>
public sealed class FeatureServiceBuilder : DefinitionBuilder<FeatureServiceBuilder>
{
    private readonly List<(string View, ServicePart Part)> _parts = [];
    private readonly List<string> _errors;
    private readonly int _version;

    internal FeatureServiceBuilder(string name, int version, List<string> errors)
        : base(name)
    {
        _version = version;
        _errors = errors;
    }

    /// <summary>Adds features by name.</summary>
    /// <param name="features">The features, each as view:feature, or view:* for all of a view.</param>
    /// <returns>This builder.</returns>
    public FeatureServiceBuilder Add(params ReadOnlySpan<string> features)
    {
        foreach (var text in features)
        {
            ArgumentNullException.ThrowIfNull(text, nameof(features));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == text.Length - 1)
            {
                _errors.Add($"Feature service '{Name}@{_version}': '{text}' names no feature. Write view:feature, or view:* for all of a view.");
                continue;
            }

            var part = new ServicePart();
            if (text[(colon + 1)..] is var feature and not "*") part.Only(feature);
            _parts.Add((text[..colon], part));
        }

        return this;
    }

    /// <summary>Adds features of a view.</summary>
    /// <param name="view">The view.</param>
    /// <param name="part">Says which of them, what they are called and whose keys they are read with; null takes all as they are.</param>
    /// <returns>This builder.</returns>
    public FeatureServiceBuilder Add(IFeatureGroup view, Action<ServicePart>? part = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        var chosen = new ServicePart();
        part?.Invoke(chosen);
        _parts.Add((view.Name, chosen));
        return this;
    }

    internal FeatureService Build(Func<string, IReadOnlyList<string>> featuresOf) =>
        new(Name, _version, [.. _parts.SelectMany(p => p.Part.Build(p.View, featuresOf))]) { Owner = Owner, Description = Description, Tags = Tags.ToDictionary() };
}

/// <summary>Says which features of a view belong to a service, and how they are called there. One view can be added twice with other keys: origin and destination are both airports.</summary>
public sealed class ServicePart
{
    private readonly List<string> _only = [];
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private string _prefix = string.Empty;

    internal ServicePart()
    {
    }

    /// <summary>Takes only these features, in this order.</summary>
    /// <param name="features">The features.</param>
    /// <returns>This part.</returns>
    public ServicePart Only(params ReadOnlySpan<string> features)
    {
        _only.AddRange(features);
        return this;
    }

    /// <summary>Takes a join key of the view from a column that is named otherwise in entity rows and requests.</summary>
    /// <param name="key">The join key.</param>
    /// <param name="column">The column of entity rows, or the key of a request.</param>
    /// <returns>This part.</returns>
    public ServicePart Key(string key, string column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        _keys[key] = column;
        return this;
    }

    /// <summary>Puts something before the names of the features.</summary>
    /// <param name="prefix">As origin_.</param>
    /// <returns>This part.</returns>
    public ServicePart Prefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        _prefix = prefix;
        return this;
    }

    /// <summary>Gives one feature another name.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="name">How it is called in the service. No prefix is put before it.</param>
    /// <returns>This part.</returns>
    public ServicePart Named(string feature, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(feature);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _names[feature] = name;
        return this;
    }

    internal IEnumerable<FeatureReference> Build(string view, Func<string, IReadOnlyList<string>> featuresOf) =>
        (_only.Count > 0 ? _only : featuresOf(view))
            .Concat(_names.Keys.Where(n => !(_only.Count > 0 ? _only : featuresOf(view)).Contains(n))) // an unknown one is found by the checks
            .Select(f => new FeatureReference(view, f) { Name = _names.GetValueOrDefault(f, _prefix + f), KeyColumns = _keys });
}
