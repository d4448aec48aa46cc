using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>What the online store in this process may use. Bound from <c>MlOps:InProcessOnlineStore</c>.</summary>
public sealed class InProcessOnlineStoreOptions
{
    /// <summary>Gets or sets how many bytes rows and keys may take up. A write that would need more fails, rather than that something is forgotten silently.</summary>
    /// <value>The default is 1 GiB. An entity with 50 features takes up about 700 bytes.</value>
    [Range(1_000_000L, 1L << 50)]
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>Gets or sets how often rows that have expired are removed.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class InProcessOnlineStoreOptionsValidator : IValidateOptions<InProcessOnlineStoreOptions>;
