using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>How pushed events are taken. Bound from <c>MlOps:FeatureStore:Pushing</c>.</summary>
public sealed class PushOptions
{
    /// <summary>Gets or sets how many rows of a stream are pushed at once.</summary>
    /// <value>The default is 1,000.</value>
    [Range(1, 1_000_000)]
    public int BatchRows { get; set; } = 1_000;

    /// <summary>Gets or sets how long the first row of a stream waits for others before it is pushed.</summary>
    /// <value>The default is half a second.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BatchDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets how many files the history of a view may have before small ones become larger ones, each at least twice as many pushes as the next. Each push to the history is a file.</summary>
    /// <value>The default is 64.</value>
    [Range(2, 10_000)]
    public int MaxSegments { get; set; } = 64;
}

[OptionsValidator]
internal sealed partial class PushOptionsValidator : IValidateOptions<PushOptions>;
