using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MlOps.Core;
using MlOps.FeatureStore;

namespace MlOps.EndToEndTests;

/// <summary>Windows that are pushed to, in a host with <c>AddMlOps()</c> and files.</summary>
public sealed class WindowRestartTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_pushed_to_a_window_is_there_after_a_restart_and_counts_once()
    {
        using var folder = new TemporaryFolder();
        using (var host = await StartAsync(folder)) await PushAsync(host, new Landing("JFK", Now.AddMinutes(-30), 10), new Landing("JFK", Now.AddMinutes(-20), 20));
        using var next = await StartAsync(folder);
        await PushAsync(next, new Landing("JFK", Now.AddMinutes(-20), 20), new Landing("JFK", Now.AddMinutes(-10), 30));
        var read = await next.Services.GetRequiredService<IOnlineFeatures>().ReadAsync(
            new() { Features = ["landings:delay_sum_24h", "landings:delay_count_24h"], Entities = new Dictionary<string, IReadOnlyList<FeatureValue>> { ["airport"] = ["JFK"] } }, Cancel);
        (read[0, 0], read[0, 1]).Should().Be(((FeatureValue)60.0, (FeatureValue)3L));
    }

    private static Task<MaterializedView> PushAsync(IHost host, params Landing[] landings) =>
        host.Services.GetRequiredService<IFeaturePusher>().PushAsync("landings", landings.ToAsyncEnumerable(), cancellationToken: Cancel);

    private static async Task<IHost> StartAsync(TemporaryFolder folder)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Folder"] = folder.Path });
        builder.Services.AddMlOps().AddFeatures<Landings>();
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
    }

    private sealed record Landing(string Airport, DateTimeOffset Arrived, double Delay);

    private sealed class Landings : FeatureDefinition
    {
        public override void Define(FeatureBuilder features) => features.View<Landing>("landings").Of(features.Entity("airport").Key<string>("airport"))
            .FromPushes().EventTime(x => x.Arrived).Aggregate(x => x.Delay, delay => delay.Sum("24h").Count("24h"));
    }
}
