namespace MlOps.DataValidation;

/// <summary>How far the distribution of a column may be from that of another dataset.</summary>
/// <remarks>A measure that does not fit the type of the column is refused when the schema is built.</remarks>
public sealed record Comparator
{
    /// <summary>Gets the threshold of the largest difference between the shares of one value, 0 to 1. For texts, truth values and categorical integers.</summary>
    public double? LInfinity { get; init; }

    /// <summary>Gets the threshold of the Jensen-Shannon divergence in bits, 0 to 1. For numbers, days and times it is computed from histograms, for categories from the shares of the values.</summary>
    public double? JensenShannon { get; init; }

    /// <summary>Gets the threshold of the largest difference between the counts of one value, divided by the sum of all counts, 0 to 1. For texts, truth values and categorical integers.</summary>
    public double? NormalizedDifference { get; init; }
}
