namespace MlOps.DataValidation;

/// <summary>What an expectation has counted.</summary>
internal sealed class Tally
{
    /// <summary>Gets or sets how many rows the filter let through.</summary>
    public long Elements { get; set; }

    /// <summary>Gets or sets how many of them were not judged, because values are missing.</summary>
    public long Missing { get; set; }

    /// <summary>Gets or sets how many fail.</summary>
    public long Unexpected { get; set; }

    public List<FailedRow> Sample { get; } = [];
}

/// <summary>What a check says at the end.</summary>
/// <param name="Success">Whether what was expected is the case.</param>
/// <param name="Observed">The value that was compared, or nothing.</param>
/// <param name="Finding">What was found, as a sentence without its end; null for the sentence about counts.</param>
internal sealed record Outcome(bool Success, Scalar Observed = default, string? Finding = null)
{
    public IReadOnlyDictionary<string, IReadOnlyList<Scalar>> Details { get; init; } = NoDetails;

    public static readonly IReadOnlyDictionary<string, IReadOnlyList<Scalar>> NoDetails = new Dictionary<string, IReadOnlyList<Scalar>>();
}
