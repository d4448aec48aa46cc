using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>What materializing and pushing have in common.</summary>
internal sealed class MaterializationContext(
    OnlineTables tables, IOnlineStore store, IEnumerable<IFeatureGuard> guards, IEnumerable<IDatasetStore> datasets, TimeProvider time, IOptions<MaterializationOptions> options)
{
    public MaterializationOptions Options { get; } = options.Value;

    public IOnlineStore Store => store;

    public TimeProvider Time => time;

    /// <summary>Gets the moment, in microseconds.</summary>
    public long Now => FeatureTime.ToMicros(time.GetUtcNow());

    public string TableOf(FeatureView view) => tables.Of(view);

    public OnlineWriter WriterOf(FeatureView view) => new(view, tables.Of(view), store, Options, Now);

    public ViewGuards GuardsOf(FeatureView view) => new(view, guards);

    public RejectedRows RejectedOf(FeatureView view) => new(view, datasets.FirstOrDefault(), Options);

    public static IEntityTable TableFor(FeatureView view) => view.SkipsNulls ? new NewestValues(view) : new NewestRows(view);
}
