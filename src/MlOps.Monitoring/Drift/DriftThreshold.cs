using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>A limit that a host chooses for a column in place of the one that is corrected for chance. Nothing then keeps false alarms to <see cref="MonitorOptions.Significance"/>.</summary>
public sealed class DriftThreshold
{
    /// <summary>Gets or sets which distance is limited.</summary>
    /// <value>The default is the population stability index.</value>
    public DistanceMeasure Measure { get; set; }

    /// <summary>Gets or sets the distance above which the column has drifted.</summary>
    /// <value>The default is null: no fixed limit.</value>
    [Range(0.0, 1e300)]
    public double? Upper { get; set; }

    /// <summary>Gets or sets the distance below which the column is called drifted too, such as one that repeats the reference.</summary>
    /// <value>The default is null: no limit.</value>
    [Range(0.0, 1e300)]
    public double? Lower { get; set; }

    /// <summary>Gets or sets how many standard deviations of the distances of parts of the reference are the limit, corrected for the rows of what is judged; see <see cref="SigmaLimit"/>.</summary>
    /// <value>The default is null: the limit is not of this kind. 3 is common.</value>
    [Range(0.0, 100.0)]
    public double? Sigmas { get; set; }
}

/// <summary>Refuses thresholds that limit nothing, or twice.</summary>
internal sealed class DriftThresholdValidator : IValidateOptions<MonitorOptions>
{
    public ValidateOptionsResult Validate(string? name, MonitorOptions options)
    {
        foreach (var (column, threshold) in options.Thresholds)
        {
            var key = $"MlOps:Monitors:{name}:Thresholds:{column}";
            if (threshold is { Upper: null, Lower: null, Sigmas: null }) return ValidateOptionsResult.Fail($"{key}: one of Upper, Lower and Sigmas must be set.");
            if (threshold is { Upper: not null, Sigmas: not null }) return ValidateOptionsResult.Fail($"{key}: of Upper and Sigmas one at most can be set.");
            if (threshold.Upper < threshold.Lower) return ValidateOptionsResult.Fail($"{key}: Lower must not be above Upper.");
            if (!Enum.IsDefined(threshold.Measure) || threshold.Upper is < 0 or double.NaN || threshold.Lower is < 0 or double.NaN || threshold.Sigmas is < 0 or > 100 or double.NaN)
                return ValidateOptionsResult.Fail($"{key}: a limit is a number that is not negative, and at most 100 standard deviations.");
        }

        return ValidateOptionsResult.Success;
    }
}
