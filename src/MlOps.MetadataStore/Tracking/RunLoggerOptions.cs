using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.MetadataStore;

/// <summary>How a buffered logger writes. Bound from <c>MlOps:Tracking</c>.</summary>
public sealed class RunLoggerOptions
{
    /// <summary>Gets or sets how many entries may wait to be written; further ones are lost.</summary>
    /// <value>The default is 100,000.</value>
    [Range(1, 100_000_000)]
    public int Capacity { get; set; } = 100_000;

    /// <summary>Gets or sets how many entries are written at once.</summary>
    /// <value>The default is 5,000.</value>
    [Range(1, 1_000_000)]
    public int BatchSize { get; set; } = 5_000;

    /// <summary>Gets or sets how long an entry may wait for others to be written with.</summary>
    /// <value>The default is one second.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how often it is tried to write a batch while the store says that another attempt may go well. The wait before the second attempt is 0.1 s, and doubles up to 10 s.</summary>
    /// <value>The default is 10, some 40 seconds.</value>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Gets or sets how long disposing waits for what is still to be written.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DisposeTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class RunLoggerOptionsValidator : IValidateOptions<RunLoggerOptions>;
