using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.FeatureStore;

/// <summary>How features are brought to the online store. Bound from <c>MlOps:FeatureStore:Materialization</c>.</summary>
public sealed class MaterializationOptions
{
    /// <summary>Gets or sets how far an incremental run looks back behind what it has seen: behind the last created time of views that have one, behind the last event time of the others. Rows become visible at
    /// a source later than their times say, by as much as its transactions last and its clocks differ. Reading a row again does no harm.</summary>
    /// <value>The default is five minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan Overlap { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a row stays in the online store after its time to live, so that readers are told that it is too old and not that there is none.</summary>
    /// <value>The default is one day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan KeepExpired { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets how many entities are held in memory before they are written. An entity with rows on both sides of that border is written twice.</summary>
    /// <value>The default is 500,000.</value>
    [Range(1, 100_000_000)]
    public int ChunkEntities { get; set; } = 500_000;

    /// <summary>Gets or sets how many rows are read before their entities are written and the place is remembered at which a killed run goes on.</summary>
    /// <value>The default is 5 million.</value>
    [Range(1, int.MaxValue)]
    public int ChunkRows { get; set; } = 5_000_000;

    /// <summary>Gets or sets how many rows go to the online store in one call.</summary>
    /// <value>The default is 2,000.</value>
    [Range(1, 1_000_000)]
    public int WriteBatch { get; set; } = 2_000;

    /// <summary>Gets or sets how many such calls are under way at once.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 64)]
    public int MaxParallelWrites { get; set; } = 2;

    /// <summary>Gets or sets how many of the rows that guards refuse in one run are kept as a dataset, with the reason.</summary>
    /// <value>The default is 0: they are counted only.</value>
    [Range(0, 10_000_000)]
    public int MaxRejectedRowsKept { get; set; }

    /// <summary>Gets or sets whether each run keeps statistics of the features that it wrote.</summary>
    /// <value>The default is true.</value>
    public bool KeepStatistics { get; set; } = true;

    /// <summary>Gets or sets whether the host brings what is new to the online store when it starts.</summary>
    /// <value>The default is false.</value>
    public bool RunAtStart { get; set; }

    /// <summary>Gets or sets how often the host brings what is new to the online store.</summary>
    /// <value>The default is null: only when it is asked to.</value>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? Interval { get; set; }
}

[OptionsValidator]
internal sealed partial class MaterializationOptionsValidator : IValidateOptions<MaterializationOptions>;
