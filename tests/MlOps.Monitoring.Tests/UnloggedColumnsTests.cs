using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class UnloggedColumnsTests : LogTest
{
    [Theory]
    [InlineData(LoggedFeatures.Hashed, "keeps hashes", "keeps hashes")]
    [InlineData(LoggedFeatures.None, "does not keep", "does not keep")]
    [InlineData(LoggedFeatures.Listed, "does not keep", null)]
    [InlineData(LoggedFeatures.All, null, null)]
    public async Task What_the_log_does_not_keep_as_it_was_is_not_compared_and_no_alarm(LoggedFeatures features, string? origin, string? distance)
    {
        var report = await CheckAsync(o =>
        {
            (o.Default.Features, o.HashKey) = (features, new string('k', 32));
            if (features == LoggedFeatures.Listed) o.Default.Listed.Add("distance");
        });
        var columns = report.Section<DriftReport>()!.Columns;
        columns.Select(c => c.Column).Should().Equal("origin", "distance");
        foreach (var (column, problem) in columns.Zip([origin, distance]))
        {
            column.Status.Should().Be(problem is null ? DriftStatus.Stable : DriftStatus.NotCompared);
            if (problem is not null) column.Sentence.Should().Contain(problem);
        }

        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_tag_keeps_out_of_the_log_is_not_compared()
    {
        var report = await CheckAsync(o => o.Default.ColumnTags["origin"] = ["personal"]);
        report.Section<DriftReport>()!.Columns.Select(c => c.Status).Should().Equal(DriftStatus.NotCompared, DriftStatus.Stable);
        report.Alarms.Should().BeEmpty();
    }

    private async Task<MonitorReport> CheckAsync(Action<PredictionLogOptions> configure)
    {
        var world = new World();
        var random = new Random(1);
        var rows = Enumerable.Range(0, 2_000).Select(_ => (Origin: random.Next(2) == 0 ? "ORD" : "SFO", Distance: random.NextDouble(), Delayed: random.Next(2) == 0)).ToArray();
        await world.TrainAsync(new Table().Add("origin", [.. rows.Select(r => r.Origin)]).Add("distance", [.. rows.Select(r => r.Distance)]).Add("delayed", [.. rows.Select(r => r.Delayed)]));
        await using var services = Services(world, configure);
        var log = services.GetRequiredService<IPredictionLog>();
        for (var i = 0; i < 500; i++) await log.WriteAsync(Entry($"{i}", rows[i].Distance, rows[i].Origin) with { Time = World.May }, Stop);
        await log.FlushAsync(Stop);
        return await services.GetRequiredService<IModelMonitor>().CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
    }

    private new ServiceProvider Services(World world, Action<PredictionLogOptions> configure)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddSingleton<IColumnarEngine>(Engine).AddMetrics();
        services.AddMlOpsCore(o => o.Folder = Folder.Path).Use<IModelRegistry>(_ => world.Registry).Use<IDatasetStore>(_ => world.Datasets).AddMonitoring(configure).AddMonitor("flight-delay", m => m.WatchMultivariate());
        return services.BuildServiceProvider();
    }
}
