using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Features that a plain function computes when they are asked for, in training sets and online alike: on demand from columns of the request, or derived from other features.</summary>
public sealed record ComputedView
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the features that the functions read, also of other computed views.</summary>
    public IReadOnlyList<FeatureReference> Inputs { get; init; } = [];

    /// <summary>Gets the columns of the request that the functions read. In a training set they are columns of the entity rows.</summary>
    public IReadOnlyList<Column> Request { get; init; } = [];

    /// <summary>Gets the features.</summary>
    public required IReadOnlyList<ComputedFeature> Features { get; init; }

    /// <summary>Gets the version of the functions, which nobody can see from outside: raise it when one of them computes something else.</summary>
    public int CodeVersion { get; init; } = 1;

    /// <summary>Gets what it is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>A feature and the function that computes it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of its values. A value of another type is an error; a missing one is not.</param>
/// <param name="Compute">The function: it looks at nothing but its inputs, so that it gives the same value everywhere.</param>
public sealed record ComputedFeature(string Name, ColumnType Type, FeatureFunction Compute)
{
    /// <summary>Gets what it is, for people.</summary>
    public string? Description { get; init; }
}

/// <summary>Computes a feature of one row.</summary>
/// <param name="inputs">The inputs.</param>
/// <returns>The value; <c>default</c> is a missing one.</returns>
public delegate FeatureValue FeatureFunction(FeatureInputs inputs);
