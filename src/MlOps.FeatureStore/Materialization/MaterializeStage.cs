using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Brings what is new of some views to the online store, as a stage of a pipeline. It runs each time, since what it changes lies outside of the run.</summary>
/// <typeparam name="TIn">What comes before.</typeparam>
/// <param name="Views">The views; none for all that are online.</param>
internal sealed record MaterializeStage<TIn>(IReadOnlyList<string> Views) : IPipelineStage<TIn, MaterializedViews>, IEffectStage
{
    public async Task<MaterializedViews> RunAsync(TIn input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var materializer = (IMaterializer?)context.Services.GetService(typeof(IMaterializer)) ?? throw new InvalidOperationException("The host has no feature store. Define features on the MlOps builder.");
        var views = await materializer.MaterializeIncrementalAsync(Views.Count == 0 ? null : Views, null, null, cancellationToken).ConfigureAwait(false);
        foreach (var view in views) context.LogMetric($"materialized/{view.View}", view.Written);
        return new(views);
    }
}

/// <summary>What a stage brought to the online store.</summary>
/// <param name="Views">View by view.</param>
public sealed record MaterializedViews(IReadOnlyList<MaterializedView> Views);
