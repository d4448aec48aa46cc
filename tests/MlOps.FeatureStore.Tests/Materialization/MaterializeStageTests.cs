using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class MaterializeStageTests
{
    [Fact]
    public async Task A_stage_brings_what_is_new_of_its_views_and_logs_how_much()
    {
        var world = new World(World.Drivers(), World.Drivers("riders"));
        world.Add(1, 1, 0.5);
        var context = ContextOf(world.Materializer);
        var brought = await new MaterializeStage<Nothing>(["drivers"]).RunAsync(default, context, TestContext.Current.CancellationToken);
        brought.Views.Select(v => (v.View, v.Written)).Should().Equal(("drivers", 1));
        context.Metrics.Select(m => (m.Name, m.Value)).Should().Equal(("materialized/drivers", 1.0));
    }

    [Fact]
    public async Task Without_names_all_views_that_are_online_are_brought()
    {
        var world = new World(World.Drivers(), World.Drivers("riders"), World.Drivers("offline") with { IsOnline = false });
        var brought = await new MaterializeStage<Nothing>([]).RunAsync(default, ContextOf(world.Materializer), TestContext.Current.CancellationToken);
        brought.Views.Select(v => v.View).Should().Equal("drivers", "riders");
    }

    [Fact]
    public async Task A_host_without_features_is_told_to_define_some()
    {
        var act = () => new MaterializeStage<Nothing>([]).RunAsync(default, ContextOf(null), TestContext.Current.CancellationToken);
        await act.Should().ThrowAsync<InvalidOperationException>().WithMessage("*Define features*");
    }

    private static StageContext ContextOf(IMaterializer? materializer)
    {
        var services = new ServiceCollection();
        if (materializer is not null) services.AddSingleton(materializer);
        return new() { Services = services.BuildServiceProvider(), Pipeline = "features", Stage = "materialize", RunId = "run", Seed = 1 };
    }
}
