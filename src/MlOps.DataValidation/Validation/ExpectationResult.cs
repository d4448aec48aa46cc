using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>What came of one expectation.</summary>
/// <remarks>Immutable; it survives being written as JSON and read back.</remarks>
public sealed record ExpectationResult
{
    /// <summary>Gets what the expectation is called, as values_between.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets the columns that it looks at.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Gets what was expected, as a sentence without its end.</summary>
    public required string Expected { get; init; }

    /// <summary>Gets what a failure means.</summary>
    public Severity Severity { get; init; }

    /// <summary>Gets whether it was met.</summary>
    public required bool Success { get; init; }

    /// <summary>Gets one sentence that says what was expected and what was found.</summary>
    public required string Message { get; init; }

    /// <summary>Gets why it could not be checked, as a missing column; null when it was. It has failed then.</summary>
    public string? Error { get; init; }

    /// <summary>Gets whether rows were judged one by one, so that those that fail can be put aside; else it is about a column or the table.</summary>
    public bool JudgesRows { get; init; }

    /// <summary>Gets the share of judged rows that had to pass.</summary>
    public double Mostly { get; init; } = 1;

    /// <summary>Gets the value that was compared, such as a mean; nothing for expectations about rows.</summary>
    public Scalar Observed { get; init; }

    /// <summary>Gets more of what was observed, by name: values, missing, unexpected, quantiles, weights.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Scalar>> Details { get; init; } = Outcome.NoDetails;

    /// <summary>Gets how many rows were looked at: all, or those that the filter lets through.</summary>
    public long ElementCount { get; init; }

    /// <summary>Gets how many of them were not judged, because values are missing.</summary>
    public long MissingCount { get; init; }

    /// <summary>Gets how many rows fail. Exact.</summary>
    public long UnexpectedCount { get; init; }

    /// <summary>Gets how many of the judged rows fail, in percent.</summary>
    [JsonIgnore]
    public double UnexpectedPercent => Percent(UnexpectedCount, ElementCount - MissingCount);

    /// <summary>Gets how many of all rows fail, in percent.</summary>
    [JsonIgnore]
    public double UnexpectedPercentOfAll => Percent(UnexpectedCount, ElementCount);

    /// <summary>Gets how many of all rows were not judged, in percent.</summary>
    [JsonIgnore]
    public double MissingPercent => Percent(MissingCount, ElementCount);

    /// <summary>Gets the first rows that fail, at most <see cref="ValidationOptions.SampleSize"/>.</summary>
    public IReadOnlyList<FailedRow> Sample { get; init; } = [];

    private static double Percent(long part, long whole) => whole == 0 ? 0 : 100.0 * part / whole;
}
