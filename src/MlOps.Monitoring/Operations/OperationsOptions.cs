using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring;

/// <summary>How a monitor watches the serving of its model. Bound from <c>MlOps:Monitors:{name}:Operations</c>.</summary>
public sealed class OperationsOptions
{
    /// <summary>Gets or sets how long 99 of a hundred predictions of a chunk may take at most.</summary>
    /// <value>The default is null: any time.</value>
    [Range(typeof(TimeSpan), "00:00:00.000001", "1.00:00:00")]
    public TimeSpan? MaxLatency { get; set; }

    /// <summary>Gets or sets which share of the predictions of a chunk may fail.</summary>
    /// <value>The default is 0.05. A chunk of fewer predictions than <see cref="MinRows"/> is not judged.</value>
    [Range(0.0, 1.0)]
    public double MaxErrorShare { get; set; } = 0.05;

    /// <summary>Gets or sets how long the training of a version may take.</summary>
    /// <value>The default is null: any time.</value>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan? MaxTrainingTime { get; set; }

    /// <summary>Gets or sets by how much a series must have changed to matter, relative to what it was.</summary>
    /// <value>The default is 0.2: by a fifth.</value>
    [Range(0.0, 1000.0)]
    public double MinChange { get; set; } = 0.2;

    /// <summary>Gets or sets the chance that a report has a change that is none, over all its series.</summary>
    /// <value>The default is 0.01.</value>
    [Range(0.0001, 0.5)]
    public double Significance { get; set; } = 0.01;

    /// <summary>Gets or sets how many predictions a chunk must have to be judged.</summary>
    /// <value>The default is 100.</value>
    [Range(1, int.MaxValue)]
    public int MinRows { get; set; } = 100;

    /// <summary>Gets or sets how many of the newest versions are looked at for training time and memory.</summary>
    /// <value>The default is 50.</value>
    [Range(0, 1000)]
    public int Versions { get; set; } = 50;
}

[OptionsValidator]
internal sealed partial class OperationsOptionsValidator : IValidateOptions<OperationsOptions>;
