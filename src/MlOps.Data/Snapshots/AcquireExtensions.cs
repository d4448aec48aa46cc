using MlOps.Data;

namespace MlOps.Core;

/// <summary>Starts pipelines with data.</summary>
public static class AcquireExtensions
{
    /// <summary>Starts with a snapshot of a source.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="source">The source, as <c>Source.Parquet("flights.parquet")</c>.</param>
    /// <param name="name">What the data is called, for people; null for the kind of the source.</param>
    /// <param name="maxBytes">The most bytes that the snapshot may take; null for no limit.</param>
    /// <param name="expect">The columns that the source must have; null for whatever it has.</param>
    /// <param name="stage">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>The dataset.</returns>
    public static StageOutput<Dataset> Acquire(
        this PipelineBuilder pipeline, IDataSource source, string? name = null, long? maxBytes = null, DatasetSchema? expect = null, Action<StageOptions>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(source);
        if (maxBytes is { } most) ArgumentOutOfRangeException.ThrowIfNegative(most, nameof(maxBytes));
        return pipeline.Start(new Acquire(source, name ?? source.Origin.Kind) { MaxBytes = maxBytes, Expect = expect }, stage);
    }
}
