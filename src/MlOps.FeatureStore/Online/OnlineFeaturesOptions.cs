using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>How features are read online. Bound from <c>MlOps:OnlineFeatures</c>.</summary>
public sealed class OnlineFeaturesOptions
{
    /// <summary>Gets or sets what the tables of this host have in front of their names, so that several projects share one online store.</summary>
    /// <value>The default is empty: a table is called as its view. Letters, digits, dots, dashes and underscores, at most 100.</value>
    [RegularExpression("^[A-Za-z0-9._-]{0,100}$")]
    public string Project { get; set; } = string.Empty;

    /// <summary>Gets or sets how long one read may wait for an online store outside of this process.</summary>
    /// <value>The default is one second.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets whether a read goes on when the online store does not answer, or not in time: its features are then <see cref="MlOps.Core.FeatureStatus.Unavailable"/>.</summary>
    /// <value>The default is false: the read fails.</value>
    public bool GoesOnWithoutStore { get; set; }
}

[OptionsValidator]
internal sealed partial class OnlineFeaturesOptionsValidator : IValidateOptions<OnlineFeaturesOptions>;
