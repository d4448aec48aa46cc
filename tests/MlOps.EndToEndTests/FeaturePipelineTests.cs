using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MlOps.Core;
using MlOps.Data;
using MlOps.FeatureStore;
using MlOps.Training;

namespace MlOps.EndToEndTests;

/// <summary>Features beside the rows of a pipeline, with <c>AddMlOps()</c> and files.</summary>
public sealed class FeaturePipelineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_get_their_features_in_a_pipeline_and_a_learner_reads_them()
    {
        using var folder = new TemporaryFolder();
        using var host = Open(folder);
        var run = await host.Services.GetRequiredService<IPipelineRunner>().RunAsync("rides", cancellationToken: Cancel);

        var view = host.Services.GetRequiredService<IDatasetStore>().ToDataView(run.Output<Dataset>(), cancellationToken: Cancel);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<float>(view.Schema["trips"]);
        var read = new List<float>();
        var value = 0f;
        while (cursor.MoveNext())
        {
            getter(ref value);
            read.Add(value);
        }

        read.Should().Equal(20, 10, float.NaN);
    }

    [Fact]
    public async Task A_run_has_leakage_as_metrics_and_is_a_cache_hit_until_the_events_change()
    {
        using var folder = new TemporaryFolder();
        using var host = Open(folder);
        var runner = host.Services.GetRequiredService<IPipelineRunner>();
        var first = await runner.RunAsync("rides", cancellationToken: Cancel);
        var second = await runner.RunAsync("rides", cancellationToken: Cancel);
        await File.AppendAllLinesAsync(folder.PathOf("stats.csv"), ["3,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z,30"], Cancel);
        var third = await runner.RunAsync("rides", cancellationToken: Cancel);

        (first.Stages[1].Status, second.Stages[1].Status, third.Stages[1].Status).Should().Be((StageStatus.Finished, StageStatus.Cached, StageStatus.Finished));
        var recorded = await host.Services.GetRequiredService<IMetadataStore>().FindRunAsync(first.RunId, Cancel);
        recorded!.Metrics.Should().Contain(m => m.Key.EndsWith("stats.created_after_row", StringComparison.Ordinal) && m.Value.Value == 1);
    }

    private static IHost Open(TemporaryFolder folder)
    {
        File.WriteAllLines(folder.PathOf("rides.csv"), ["driver,at", "1,2024-01-03T00:00:00Z", "1,2024-01-01T12:00:00Z", "3,2024-01-03T00:00:00Z"]);
        File.WriteAllLines(folder.PathOf("stats.csv"), ["driver,at,written,trips", "1,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z,10", "1,2024-01-02T00:00:00Z,2024-01-05T00:00:00Z,20"]);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Folder"] = folder.PathOf("mlops") });
        builder.Services.AddSingleton(folder).AddMlOps().AddFeatures<Stats>().AddPipeline<Rides>("rides");
        return builder.Build();
    }

    private sealed class Stats(TemporaryFolder folder) : FeatureDefinition
    {
        public override void Define(FeatureBuilder features)
        {
            features.Entity("driver").Key<long>("driver");
            features.View("stats").Of("driver").From(Source.Csv(folder.PathOf("stats.csv"))).EventTime("at").CreatedTime("written").Feature<long>("trips");
            features.Service("ride", 1).Add("stats:*");
        }
    }

    private sealed class Rides(TemporaryFolder folder) : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline) => pipeline.Acquire(Source.Csv(folder.PathOf("rides.csv"))).WithFeatures("ride@1", timeColumn: "at");
    }
}
