using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>Which models the host checks by itself, and how often. Bound from <c>MlOps:FeatureStore:Consistency</c>.</summary>
public sealed class ConsistencyOptions
{
    /// <summary>Gets or sets how often the host compares what models were served with what training sets say.</summary>
    /// <value>The default is null: only when it is asked to.</value>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? Interval { get; set; }

    /// <summary>Gets or sets how far a check stays behind the present, so that predictions of other processes are in the log by then and events that had been known are in their sources.</summary>
    /// <value>The default is five minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the models to check.</summary>
    /// <value>The default is none.</value>
    [ValidateEnumeratedItems]
    public IList<ScheduledConsistencyCheck> Checks { get; } = [];
}

/// <summary>A model that the host checks by itself. What is left out is as in <see cref="ConsistencyQuery"/>.</summary>
public sealed class ScheduledConsistencyCheck
{
    /// <summary>Gets or sets the model.</summary>
    /// <value>The default is empty, and then the host does not start: a model must be named.</value>
    [Required]
    public string Model { get; set; } = string.Empty;

    /// <summary>Gets or sets the feature service that it is served with, as name or name@version.</summary>
    /// <value>The default is empty, and then the host does not start: a service must be named.</value>
    [Required]
    public string Service { get; set; } = string.Empty;

    /// <summary>Gets or sets the share of predictions that is checked.</summary>
    /// <value>The default is 1: all.</value>
    [Range(double.Epsilon, 1.0)]
    public double Share { get; set; } = 1;

    /// <summary>Gets or sets the most predictions that are checked at once; the first by time are.</summary>
    /// <value>The default is 100,000.</value>
    [Range(1, int.MaxValue)]
    public int Limit { get; set; } = 100_000;

    /// <summary>Gets or sets the share of predictions in which a feature may differ without an alarm.</summary>
    /// <value>The default is 0.01.</value>
    [Range(0.0, 1.0)]
    public double AlarmShare { get; set; } = 0.01;

    /// <summary>Gets or sets the column of the inputs that says as of when the features were asked for.</summary>
    /// <value>The default is null: the time of the prediction.</value>
    public string? TimeColumn { get; set; }
}

[OptionsValidator]
internal sealed partial class ConsistencyOptionsValidator : IValidateOptions<ConsistencyOptions>;
