namespace MlOps.DataValidation;

/// <summary>One way in which data does not fit its schema.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Column">The column; null when it is about the whole dataset.</param>
/// <param name="Observed">What was seen, as text; null when there is nothing to show.</param>
/// <param name="Expected">What the schema says, as text; null when it says nothing.</param>
/// <param name="Message">One sentence.</param>
public sealed record Anomaly(AnomalyKind Kind, string? Column, string? Observed, string? Expected, string Message)
{
    /// <summary>Gets the slice in which it was seen; null for the whole dataset.</summary>
    public string? Slice { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Slice is null ? Message : $"[{Slice}] {Message}";
}

/// <summary>A distance between two distributions of one column that was measured, whether it is too large or not.</summary>
/// <param name="Column">The column.</param>
/// <param name="Against">What it was compared with: previous or serving.</param>
/// <param name="Measure">The measure: L-infinity, Jensen-Shannon or normalised difference.</param>
/// <param name="Value">The distance; NaN when one of the two has no values.</param>
/// <param name="Threshold">The largest distance that the schema allows.</param>
/// <param name="Contributor">The value or the bin that contributes most; null when there is none, or when raw values were kept out.</param>
public sealed record DistanceMeasurement(string Column, string Against, string Measure, double Value, double Threshold, string? Contributor);

/// <summary>Everything in which data does not fit its schema.</summary>
/// <param name="Anomalies">The anomalies: of the dataset first, then column by column in the order of the schema, then new columns.</param>
/// <param name="Measurements">The distances that were measured.</param>
public sealed record AnomalyReport(IReadOnlyList<Anomaly> Anomalies, IReadOnlyList<DistanceMeasurement> Measurements)
{
    /// <summary>Gets a value indicating whether the data fits the schema.</summary>
    public bool IsValid => Anomalies.Count == 0;

    /// <inheritdoc/>
    public override string ToString() => IsValid ? "no anomalies" : string.Join('\n', Anomalies);
}
