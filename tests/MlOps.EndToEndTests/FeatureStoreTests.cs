using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;
using MlOps.Core;
using MlOps.Data;
using MlOps.FeatureStore;
using MlOps.Training;

namespace MlOps.EndToEndTests;

/// <summary>Features that are defined once, in a host with <c>AddMlOps()</c>: applied at start, joined in a pipeline, learned from, traced to the model, and refused when they are others.</summary>
public sealed class FeatureStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_traced_to_its_features_and_served_with_no_others()
    {
        using var folder = new TemporaryFolder();
        using (var host = await StartAsync<FlightFeatures>(folder))
        {
            var applied = await host.Services.GetRequiredService<IFeatureCatalog>().ListAsync(Cancel);
            applied.Select(v => $"{v.Kind} {v.Name} {v.Version}").Should().Equal("computed-view today 1", "entity airport 1", "service flight@1 1", "view landings 1");

            await host.Services.GetRequiredService<IPipelineRunner>().RunAsync("flights", cancellationToken: Cancel);
            var version = (await host.Services.GetRequiredService<IModelRegistry>().FindAsync("late", 1, Cancel))!;
            version.RequireBundle().Manifest.FeatureService.Should().Be(host.Services.GetRequiredService<FeatureDefinitions>().ReferenceTo(host.Services.GetRequiredService<FeatureDefinitions>().GetService("flight")));
            Checking(host, version).Should().NotThrow();

            var usage = await host.Services.GetRequiredService<IFeatureUsage>().ReportAsync(Cancel);
            usage.Features.Select(f => $"{f.Feature}: {string.Join(' ', f.Services)} {string.Join(' ', f.Models)}").Should().Equal(
                "delay_mean_1h: flight@1 late/1", "delay_count_1h:  ", "busy: flight@1 late/1");
            usage.Unused.Should().ContainSingle().Which.Feature.Should().Be("delay_count_1h");
        }

        var changed = () => StartAsync<OtherOrder>(folder);
        (await changed.Should().ThrowAsync<FeatureDefinitionException>()).WithMessage("*'flight@1' was applied with other features*");
        using var next = await StartAsync<NextVersion>(folder);
        var registered = (await next.Services.GetRequiredService<IModelRegistry>().FindAsync("late", 1, Cancel))!;
        Checking(next, registered).Should().Throw<FeatureServiceMismatchException>().WithMessage("Version 1 of model 'late' was trained on feature service 'flight@1', which this host does not define. It defines: flight@2.*");
    }

    private static Action Checking(IHost host, ModelVersion version) => () =>
    {
        foreach (var check in host.Services.GetServices<IModelServingCheck>()) check.Check(version);
    };

    private static async Task<IHost> StartAsync<TFeatures>(TemporaryFolder folder)
        where TFeatures : FeatureDefinition
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Folder"] = folder.Path });
        builder.Services.AddMlOps().AddFeatures<TFeatures>().AddPipeline<Flights>("flights");
        var host = builder.Build();
        try
        {
            await host.StartAsync(Cancel);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static DateTimeOffset At(int minute) => new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute);

    private sealed record Landing(string Origin, DateTimeOffset Arrived, double Delay);

    private sealed record Flight(int Number, string Airport, DateTimeOffset Departure, bool Late);

    private class FlightFeatures : FeatureDefinition
    {
        public override void Define(FeatureBuilder features)
        {
            var airport = features.Entity("airport").Key<string>("airport");
            var landings = features.View<Landing>("landings").Of(airport)
                .From(Source.Rows(Enumerable.Range(0, 600).Select(i => new Landing(i % 2 == 0 ? "JFK" : "LHR", At(i), i % 7 < 4 ? 30 : 0))))
                .KeyFrom("airport", x => x.Origin).EventTime(x => x.Arrived)
                .Aggregate(x => x.Delay, delay => delay.Mean("1h").Count("1h"));
            var today = features.Compute("today").Reads(landings, "delay_mean_1h").Feature("busy", "delay_mean_1h", (double mean) => mean > 17);
            AddService(features, landings, today);
        }

        protected virtual void AddService(FeatureBuilder features, IFeatureGroup landings, IFeatureGroup today) =>
            features.Service("flight").Add(landings, part => part.Only("delay_mean_1h")).Add(today);
    }

    private sealed class OtherOrder : FlightFeatures
    {
        protected override void AddService(FeatureBuilder features, IFeatureGroup landings, IFeatureGroup today) =>
            features.Service("flight").Add(today).Add(landings, part => part.Only("delay_mean_1h"));
    }

    private sealed class NextVersion : FlightFeatures
    {
        protected override void AddService(FeatureBuilder features, IFeatureGroup landings, IFeatureGroup today) => features.Service("flight", 2).Add(landings);
    }

    private sealed class Flights : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline) => pipeline
            .Acquire(Source.Rows(Enumerable.Range(0, 300).Select(i => new Flight(i, i % 2 == 0 ? "JFK" : "LHR", At(60 + i), i % 3 == 0))))
            .WithFeatures("flight@1", timeColumn: "departure")
            .SplitByHash("number", 0.6, 0.2, 0.2)
            .Train<LateTrainer>("late")
            .Evaluate(gate => gate.AtLeast("auc", 0))
            .Register();
    }

    private sealed class LateTrainer : Trainer
    {
        public override LearningTask Task => LearningTask.BinaryClassification;

        public override string Label => "late";

        public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) => ml.Transforms.ReplaceMissingValues("delay_mean_1h")
            .Append(ml.Transforms.Concatenate("Features", "delay_mean_1h"))
            .Append(ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = Label, NumberOfTrees = 2, NumberOfLeaves = 2, MinimumExampleCountPerLeaf = 5, NumberOfThreads = 1 }));
    }
}
