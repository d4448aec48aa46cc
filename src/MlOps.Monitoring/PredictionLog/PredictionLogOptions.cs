using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>How predictions are logged. Bound from <c>MlOps:PredictionLog</c>.</summary>
public sealed class PredictionLogOptions
{
    /// <summary>Gets or sets how many rows may wait in the queue, and how many more are kept while the disk refuses them. One request with more rows than that is taken when the queue is empty.</summary>
    /// <value>The default is 131,072.</value>
    [Range(1, 16_777_216)]
    public int Capacity { get; set; } = 131_072;

    /// <summary>Gets or sets what happens to a request's log entry when the queue is full.</summary>
    /// <value>The default is to wait for room.</value>
    [EnumDataType(typeof(WhenFull))]
    public WhenFull WhenFull { get; set; } = WhenFull.Wait;

    /// <summary>Gets or sets how long a prediction may wait in memory before it is written. What waits there is lost when the process is killed.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets with how many rows a file is written before its time.</summary>
    /// <value>The default is 131,072.</value>
    [Range(1, 16_777_216)]
    public int MaxRowsPerFile { get; set; } = 131_072;
}

/// <summary>What the prediction log does when its queue is full.</summary>
public enum WhenFull
{
    /// <summary>The request waits until there is room; nothing is lost.</summary>
    Wait,

    /// <summary>The request goes on, its entry is dropped and counted.</summary>
    Drop,
}

[OptionsValidator]
internal sealed partial class PredictionLogOptionsValidator : IValidateOptions<PredictionLogOptions>;
