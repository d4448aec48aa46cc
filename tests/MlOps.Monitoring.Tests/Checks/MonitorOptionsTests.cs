using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Statistics;

namespace MlOps.Monitoring.Tests;

public sealed class MonitorOptionsTests
{
    [Theory]
    [InlineData("MlOps:Monitors:a:Thresholds:x:Upper")]
    [InlineData("MlOps:Monitors:a:Performance:Limits:auc:Lower")]
    [InlineData("MlOps:PredictionLog:Models:m:Features")]
    [InlineData("MlOps:PredictionLog:RedactedTags:health")]
    public void An_entry_that_cannot_be_read_is_an_error_and_not_passed_over(string path)
    {
        using var services = Host((path, "nonsense"));
        services.Invoking(s => (
            s.GetRequiredService<IOptionsMonitor<MonitorOptions>>().Get("a"),
            s.GetRequiredService<IOptionsMonitor<PerformanceOptions>>().Get("a"),
            s.GetRequiredService<IOptions<PredictionLogOptions>>().Value)).Should().Throw<InvalidOperationException>().WithMessage($"*{path}*");
    }

    [Fact]
    public void Entries_are_read_once_and_code_has_the_last_word()
    {
        using var services = Host(
            ("MlOps:Monitors:a:Thresholds:x:Measure", "Hellinger"),
            ("MlOps:Monitors:a:Thresholds:x:Upper", "0.5"),
            ("MlOps:PredictionLog:HashKey", "a secret of this test"),
            ("MlOps:PredictionLog:Models:m:Features", "Listed"),
            ("MlOps:PredictionLog:Models:m:Listed:0", "distance"),
            ("MlOps:PredictionLog:RedactedTags:SECRET", "Hash"));
        services.GetRequiredService<IOptionsMonitor<MonitorOptions>>().Get("a").Thresholds["x"].Should().BeEquivalentTo(new { Measure = DistanceMeasure.Hellinger, Upper = 0.7 });
        var log = services.GetRequiredService<IOptions<PredictionLogOptions>>().Value;
        log.Models["m"].Listed.Should().Equal("distance");
        log.RedactedTags.Should().Equal(new Dictionary<string, Redaction> { ["personal"] = Redaction.Drop, ["secret"] = Redaction.Hash });
    }

    private static ServiceProvider Host(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build());
        services.AddMlOpsCore().AddMonitor("a", m => m.Configure(o =>
        {
            if (o.Thresholds.TryGetValue("x", out var threshold)) threshold.Upper = 0.7;
        }));
        return services.BuildServiceProvider();
    }
}
