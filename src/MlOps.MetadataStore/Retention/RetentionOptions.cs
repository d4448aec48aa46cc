using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.MetadataStore;

/// <summary>What is kept how long. Bound from <c>MlOps:Retention</c>. What an alias, a stage, a deployment or the lineage of a version that is kept still needs is never removed.</summary>
public sealed class RetentionOptions
{
    /// <summary>Gets or sets after what time deleted experiments and runs are purged, so that they cannot be restored any more.</summary>
    /// <value>The default is 30 days. Null keeps them.</value>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? PurgeDeletedAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how long after their end runs are deleted. They can be restored until they are purged.</summary>
    /// <value>The default is null: they are kept.</value>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? DeleteRunsAfter { get; set; }

    /// <summary>Gets or sets how long after their registration versions of models are removed.</summary>
    /// <value>The default is null: they are kept.</value>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? DeleteVersionsAfter { get; set; }

    /// <summary>Gets or sets how many of the newest versions of each model are kept whatever their age.</summary>
    /// <value>The default is 10.</value>
    [Range(0, int.MaxValue)]
    public int KeepVersions { get; set; } = 10;

    /// <summary>Gets or sets how long after their end the stages of pipeline runs are forgotten. What is forgotten is no cache hit.</summary>
    /// <value>The default is null: they are kept, with what they made.</value>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? DeleteCheckpointsAfter { get; set; }

    /// <summary>Gets or sets how old stored bytes must be, that nothing refers to, before they are deleted. It must be longer than the longest run, which stores first and records later.</summary>
    /// <value>The default is 7 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan DeleteArtifactsAfter { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets how often the host applies this by itself.</summary>
    /// <value>The default is null: only when <see cref="IRetention"/> is asked to.</value>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan? Interval { get; set; }
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
