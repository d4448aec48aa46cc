using MlOps.FeatureStore;

namespace MlOps.Core;

/// <summary>Materializes features in a pipeline.</summary>
public static class MaterializationPipelineExtensions
{
    /// <summary>Brings what is new of feature views to the online store after a stage, for instance after the one that has acquired their source. It is done in each run, never taken from an earlier one.</summary>
    /// <typeparam name="T">What the stage before makes.</typeparam>
    /// <param name="after">What is waited for.</param>
    /// <param name="views">The views; none for all that are online.</param>
    /// <returns>What was brought.</returns>
    public static StageOutput<MaterializedViews> Materialize<T>(this StageOutput<T> after, params IReadOnlyList<string> views)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(views);
        return after.Then(new MaterializeStage<T>(views), options => options.Cache = false);
    }

    /// <summary>Brings what is new of feature views to the online store, as a pipeline of its own that a trigger starts.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="views">The views; none for all that are online.</param>
    /// <returns>What was brought.</returns>
    public static StageOutput<MaterializedViews> Materialize(this PipelineBuilder pipeline, params IReadOnlyList<string> views)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(views);
        return pipeline.Start(new MaterializeStage<Nothing>(views), options => options.Cache = false);
    }
}
