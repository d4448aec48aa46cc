using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Statistics;
using MlOps.Testing;

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

    [Theory]
    [InlineData("MlOps:Alerts:Sinks:chat:Kinds:0", "Drfit")]
    [InlineData("MlOps:Alerts:Sinks:chat:Kinds:0", null)]
    [InlineData("MlOps:Alerts:Sinks:chat:Kinds", "Drift")]
    [InlineData("MlOps:Alerts:Sinks:chat:Monitors:0", "a", ":Name")]
    [InlineData("MlOps:Alerts:Sinks:chat:MaxAttempts", "3", ":0")]
    [InlineData("MlOps:Monitors:a:Segments", "origin")]
    [InlineData("MlOps:Monitors:a:Performance:Values:0:Value", "much")]
    [InlineData("MlOps:Monitors:a:Performance:Values:0", "late=10")]
    [InlineData("MlOps:PredictionLog:Models:m:Listed:0", "distance", ":Name")]
    [InlineData("MlOps:PredictionLog:Models:m:ColumnTags:phone:0", "personal", ":Tag")]
    public async Task An_entry_of_a_list_that_cannot_be_read_keeps_the_host_from_starting(string path, string? value, string inside = "")
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("MlOps:Alerts:Sinks:chat:Url", "https://chat.example"), new(path + inside, value)]);
        builder.Services.AddMlOpsCore().UseDuckDb().Use<IModelRegistry>(_ => new InMemoryModelRegistry()).Use<IDatasetStore>(_ => new InMemoryDatasetStore()).AddMonitor("a").AddAlertSlack("chat");
        using var host = builder.Build();
        (await FluentActions.Awaiting(() => host.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<InvalidOperationException>()).WithMessage($"*'{path}'*");
    }

    [Fact]
    public void A_list_that_is_empty_is_one()
    {
        using var services = Host(("MlOps:Monitors:a:Segments", ""));
        services.GetRequiredService<IOptionsMonitor<MonitorOptions>>().Get("a").Segments.Should().BeEmpty();
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
