using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MlOps.Monitoring.Tests;

/// <summary>How a host adds the check.</summary>
public class MultivariateHostTests
{
    [Fact]
    public void A_monitor_that_does_not_ask_makes_no_such_check()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().AddMonitor("a").AddMonitor("b", m => m.WatchMultivariate(o => o.SampleRows = 500));
        using var host = services.BuildServiceProvider();
        var options = host.GetRequiredService<IOptionsMonitor<MultivariateOptions>>();
        options.Get("a").Enabled.Should().BeFalse();
        (options.Get("b").Enabled, options.Get("b").SampleRows).Should().Be((true, 500));
    }

    [Fact]
    public void Configuration_can_ask_for_it_and_code_has_the_last_word()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MlOps:Monitors:a:Multivariate:Enabled"] = "true",
            ["MlOps:Monitors:a:Multivariate:TextColumns:0"] = "review",
            ["MlOps:Monitors:b:Multivariate:SampleRows"] = "300",
            ["MlOps:Monitors:b:Multivariate:Folds"] = "3",
        }).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddMlOpsCore().AddMonitor("a").AddMonitor("b", m => m.WatchMultivariate(o => o.SampleRows = 400));
        using var host = services.BuildServiceProvider();
        var options = host.GetRequiredService<IOptionsMonitor<MultivariateOptions>>();
        options.Get("a").Enabled.Should().BeTrue();
        options.Get("a").TextColumns.Should().Equal("review");
        (options.Get("b").SampleRows, options.Get("b").Folds).Should().Be((400, 3));
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().AddMonitor("a", m => m.WatchMultivariate(o => o.RocAucThreshold = 0.4));
        using var host = services.BuildServiceProvider();
        host.Invoking(h => h.GetRequiredService<IOptionsMonitor<MultivariateOptions>>().Get("a")).Should().Throw<OptionsValidationException>().WithMessage("*RocAucThreshold*");
    }
}
