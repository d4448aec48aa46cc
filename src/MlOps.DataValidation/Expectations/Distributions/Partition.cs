using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>An expected distribution: weights of values, or weights of bins between edges.</summary>
/// <remarks>Weights are not below 0 and add up to 1 (within 1e-6), with those of the tails. A bin holds its lower edge, the last one its upper edge too.</remarks>
public sealed record Partition
{
    /// <summary>Creates a distribution. Use <see cref="OfValues"/> or <see cref="OfBins"/>.</summary>
    /// <param name="values">The values, or null.</param>
    /// <param name="edges">The edges of bins, rising; the outer ones may be infinite; or null.</param>
    /// <param name="weights">The weight of each value or bin.</param>
    /// <param name="tails">For bins, the weights below and above all of them; null for none.</param>
    [JsonConstructor]
    public Partition(IReadOnlyList<Scalar>? values, IReadOnlyList<double>? edges, IReadOnlyList<double> weights, IReadOnlyList<double>? tails = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if ((values is null) == (edges is null)) throw new ArgumentException("A distribution has values or edges of bins.");
        if (values is not null && (values.Count != weights.Count || values.Count == 0 || tails is not null)) throw new ArgumentException("A distribution of values has one weight for each value, and no tails.");
        if (edges is not null && (edges.Count != weights.Count + 1 || weights.Count == 0)) throw new ArgumentException("A distribution of bins has one edge more than weights.");
        for (var i = 1; i < edges?.Count; i++)
        {
            if (!(edges[i] > edges[i - 1])) throw new ArgumentException($"The edges of bins must rise; {edges[i]} follows {edges[i - 1]}.");
        }

        if (tails is not null && tails.Count != 2) throw new ArgumentException("There are two tails: below and above.");
        if (tails is not null && (double.IsInfinity(edges![0]) || double.IsInfinity(edges[^1]))) throw new ArgumentException("Bins that reach to infinity leave no tails.");
        var all = weights.Concat(tails ?? []).ToList();
        if (all.Exists(w => !(w >= 0))) throw new ArgumentException("A weight is not below 0.");
        if (Math.Abs(all.Sum() - 1) > 1e-6) throw new ArgumentException($"The weights add up to {all.Sum()} and not to 1.");
        (Values, Edges, Weights, Tails) = (values, edges, weights, tails);
    }

    /// <summary>Gets the values; null for bins.</summary>
    public IReadOnlyList<Scalar>? Values { get; }

    /// <summary>Gets the edges of the bins; null for values.</summary>
    public IReadOnlyList<double>? Edges { get; }

    /// <summary>Gets the weights.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>Gets the weights below and above all bins; null for none.</summary>
    public IReadOnlyList<double>? Tails { get; }

    /// <summary>Makes a distribution of values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="weights">Their weights.</param>
    /// <returns>The distribution.</returns>
    public static Partition OfValues(IReadOnlyList<Scalar> values, IReadOnlyList<double> weights) => new(values, null, weights);

    /// <summary>Makes a distribution of bins.</summary>
    /// <param name="edges">The edges.</param>
    /// <param name="weights">The weights of the bins.</param>
    /// <param name="tails">The weights below and above; null for none.</param>
    /// <returns>The distribution.</returns>
    public static Partition OfBins(IReadOnlyList<double> edges, IReadOnlyList<double> weights, IReadOnlyList<double>? tails = null) => new(null, edges, weights, tails);

    internal bool IsFinite => Edges is not null && double.IsFinite(Edges[0]) && double.IsFinite(Edges[^1]);
}
