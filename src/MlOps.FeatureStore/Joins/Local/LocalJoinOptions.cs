using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>How features are joined to rows on this machine. Bound from <c>MlOps:FeatureStore:LocalJoin</c>.</summary>
public sealed class LocalJoinOptions
{
    /// <summary>Gets or sets how many bytes one join may hold in memory, about. The need grows with the entity rows and the features they get, not with the number of events. A join that needs more works in parts, by way of temporary files.</summary>
    /// <value>The default is one gibibyte.</value>
    [Range(1L << 10, 1L << 50)]
    public long MemoryBudget { get; set; } = 1L << 30;

    /// <summary>Gets or sets the folder for temporary files. A join makes a folder of its own in it, readable by this user only, and removes it, also when it fails or is cancelled.</summary>
    /// <value>The default is null: the system's folder for temporary files.</value>
    public string? TemporaryFolder { get; set; }
}

[OptionsValidator]
internal sealed partial class LocalJoinOptionsValidator : IValidateOptions<LocalJoinOptions>;
