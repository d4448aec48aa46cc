using MlOps.Core;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The door to MlOps.Sdk.</summary>
public static class SdkServiceCollectionExtensions
{
    /// <summary>Adds the whole loop with its embedded defaults: DuckDB for data, SQLite for metadata, registry and online features, files under <c>./.mlops</c>, ML.NET for models.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder: <c>AddX</c> adds pipelines, monitors and predictors, <c>UseX</c> swaps a backend.</returns>
    /// <remarks>What the host has registered itself is kept. Calling it twice is the same as calling it once.</remarks>
    public static MlOpsBuilder AddMlOps(this IServiceCollection services, Action<MlOpsOptions>? configure = null) => services
        .AddMlOpsCore(configure)
        .UseDuckDb()
        .UseFileArtifacts()
        .UseSqlite()
        .UseSqliteOnlineStore()
        .AddMLNet()
        .AddData()
        .AddFeatureStore()
        .AddPipelines()
        .AddTracking()
        .AddTraining()
        .AddModelRegistry()
        .AddRetention()
        .AddServing()
        .AddMlflow()
        .AddMonitoring()
        .UseMetricHistory();
}
