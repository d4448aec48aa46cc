using System.ComponentModel.DataAnnotations;

namespace MlOps.Pipelines;

/// <summary>How a pipeline runs. Bound from <c>MlOps:Pipelines:{name}</c>.</summary>
public sealed class PipelineOptions
{
    /// <summary>Gets or sets how long one attempt of a stage may take, unless the stage says otherwise.</summary>
    /// <value>The default is one hour.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "30.00:00:00")]
    public TimeSpan StageTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long a stage may go on after its token was cancelled, by a timeout or with the run, before it is abandoned.</summary>
    /// <value>The default is ten seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many stages of one run may work at the same time.</summary>
    /// <value>The default is the number of processors.</value>
    [Range(1, 1024)]
    public int MaxParallelStages { get; set; } = Environment.ProcessorCount;

    /// <summary>Gets or sets the seed of a run that was not given one.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; set; } = 1;

    /// <summary>Gets or sets how long a run stays reserved for its process without a sign of life. A run whose process died on another machine can be resumed after that.</summary>
    /// <value>The default is 30 seconds; it is renewed three times as often.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);
}
