using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says what is computed when features are asked for, from columns of the request and from other features, by plain functions of C#.</summary>
public sealed class ComputedViewBuilder : DefinitionBuilder<ComputedViewBuilder>, IFeatureGroup
{
    private readonly List<(string View, IReadOnlyList<string> Features)> _inputs = [];
    private readonly List<Column> _request = [];
    private readonly List<ComputedFeature> _features = [];
    private readonly List<string> _errors;
    private int _codeVersion = 1;

    internal ComputedViewBuilder(string name, List<string> errors)
        : base(name) => _errors = errors;

    /// <summary>Reads features.</summary>
    /// <param name="features">The features, each as view:feature.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Reads(params ReadOnlySpan<string> features)
    {
        foreach (var text in features)
        {
            ArgumentNullException.ThrowIfNull(text, nameof(features));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < text.Length - 1) _inputs.Add((text[..colon], [text[(colon + 1)..]]));
            else _errors.Add($"Computed view '{Name}' reads '{text}', which names no feature. Write view:feature.");
        }

        return this;
    }

    /// <summary>Reads features of a view.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">The features; none for all of the view.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Reads(IFeatureGroup view, params ReadOnlySpan<string> features)
    {
        ArgumentNullException.ThrowIfNull(view);
        _inputs.Add((view.Name, [.. features]));
        return this;
    }

    /// <summary>Reads a column of the request. In a training set it is a column of the entity rows.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Request<T>(string name) => Request(name, TypeOf(typeof(T), name));

    /// <summary>Reads a column of the request. In a training set it is a column of the entity rows.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Request(string name, ColumnType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        _request.Add(new(name, type));
        return this;
    }

    /// <summary>Adds a feature.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">The feature.</param>
    /// <param name="compute">The function: it looks at nothing but its inputs, and may be called from several threads at once.</param>
    /// <param name="description">What it is, for people.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Feature<T>(string name, FeatureFunction compute, string? description = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(compute);
        _features.Add(new(name, TypeOf(typeof(T), name), compute) { Description = description });
        return this;
    }

    /// <summary>Adds a feature that is a function of one input. A missing input makes the feature missing, unless the type of the parameter is nullable.</summary>
    /// <typeparam name="T">The type of the input.</typeparam>
    /// <typeparam name="TResult">The type of the feature.</typeparam>
    /// <param name="name">The feature.</param>
    /// <param name="input">The input: a feature or a column of the request.</param>
    /// <param name="compute">The function.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Feature<T, TResult>(string name, string input, Func<T, TResult> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        Check<T>(name, input);
        return Feature<TResult>(name, inputs => FeatureCell<T>.TryRead(inputs[input], out var value) ? FeatureCell<TResult>.Write(compute(value)) : default);
    }

    /// <summary>Adds a feature that is a function of two inputs. A missing input makes the feature missing, unless the type of the parameter is nullable.</summary>
    /// <typeparam name="T1">The type of the first input.</typeparam>
    /// <typeparam name="T2">The type of the second input.</typeparam>
    /// <typeparam name="TResult">The type of the feature.</typeparam>
    /// <param name="name">The feature.</param>
    /// <param name="first">The first input: a feature or a column of the request.</param>
    /// <param name="second">The second input.</param>
    /// <param name="compute">The function.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder Feature<T1, T2, TResult>(string name, string first, string second, Func<T1, T2, TResult> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        Check<T1>(name, first);
        Check<T2>(name, second);
        return Feature<TResult>(name, inputs => FeatureCell<T1>.TryRead(inputs[first], out var one) && FeatureCell<T2>.TryRead(inputs[second], out var two)
            ? FeatureCell<TResult>.Write(compute(one, two))
            : default);
    }

    /// <summary>Says which version of the functions this is: nobody can see from outside that one of them computes something else now.</summary>
    /// <param name="version">The version, from 1.</param>
    /// <returns>This builder.</returns>
    public ComputedViewBuilder CodeVersion(int version)
    {
        _codeVersion = version;
        return this;
    }

    internal ComputedView Build(Func<string, IReadOnlyList<string>> featuresOf) => new()
    {
        Name = Name,
        Inputs = [.. _inputs.SelectMany(i => (i.Features.Count > 0 ? i.Features : featuresOf(i.View)).Select(f => new FeatureReference(i.View, f)))],
        Request = [.. _request],
        Features = [.. _features],
        CodeVersion = _codeVersion,
        Description = Description,
        Owner = Owner,
        Tags = Tags.ToDictionary(),
    };

    /// <summary>Gets the names of the features that are added so far.</summary>
    internal IReadOnlyList<string> FeatureNames => [.. _features.Select(f => f.Name)];

    private ColumnType TypeOf(Type type, string name)
    {
        if (ClrTypes.Find(type) is { } found) return found;
        _errors.Add($"Computed view '{Name}': '{name}' is a {type.Name}, which no feature holds. Use a number, a text, a boolean, a date, a moment or bytes.");
        return ColumnType.Float64;
    }

    private void Check<T>(string name, string input)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(input);
        if (!FeatureCell<T>.IsSupported) _errors.Add($"Computed view '{Name}': the function of '{name}' takes '{input}' as a {typeof(T).Name}. Take a double, long, int, bool, string, decimal, DateOnly or DateTimeOffset, or read the inputs yourself.");
    }
}
