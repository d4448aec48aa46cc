using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MlOps.Core;
using MlOps.Data;
using MlOps.DataValidation;

namespace MlOps.EndToEndTests;

/// <summary>What a host has with <c>AddMlOps()</c> and nothing else.</summary>
public sealed class EmbeddedDefaultsTests
{
    [Fact]
    public async Task The_metrics_of_each_validated_dataset_are_kept_and_checked()
    {
        using var folder = new TemporaryFolder();
        var feed = new Feed { Path = Path.Combine(folder.Path, "orders.csv") };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Folder"] = folder.Path });
        builder.Services.AddSingleton(feed).AddMlOps().AddPipeline<Orders>("orders");
        using var host = builder.Build();
        var runner = host.Services.GetRequiredService<IPipelineRunner>();

        feed.Write(10, 11, 12);
        await runner.RunAsync("orders", cancellationToken: TestContext.Current.CancellationToken);
        feed.Write(10, 11, 12, 13, 14, 15, 16);
        var tooMany = () => runner.RunAsync("orders", cancellationToken: TestContext.Current.CancellationToken);

        (await tooMany.Should().ThrowAsync<StageFailedException>()).Which.InnerException.Should().BeOfType<DataValidationException>().Which.History!.HasAnomalies.Should().BeTrue();
        var points = await host.Services.GetRequiredService<IMetricHistory>().ReadAsync(new("orders/validate"), TestContext.Current.CancellationToken);
        points.Select(p => (p.Values["rows"], p.Values["amount.mean"], p.IsAccepted)).Should().Equal((3, 11, true), (7, 13, false));
    }

    private sealed class Feed
    {
        public required string Path { get; init; }

        public void Write(params int[] amounts) => File.WriteAllLines(Path, ["amount", .. amounts.Select(a => $"{a}")]);
    }

    private sealed class Orders(Feed feed) : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline) => pipeline.Acquire(Source.Csv(feed.Path))
            .Validate(ExpectationSuite.Create("orders", s => s.Column("amount").Between(0, 100)), history: [new("rows", SeriesCheck.RelativeChange(0.5, 2))]);
    }
}
