using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MlOps.Core.Tests;

public class MlOpsBuilderTests
{
    [Fact]
    public void The_last_choice_wins()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().Use<IStore>(_ => new Store("first")).Use<IStore>(_ => new Store("second"));
        Names(services).Should().Equal("second");
    }

    [Fact]
    public void The_hosts_own_registration_wins_before_and_after()
    {
        var before = new ServiceCollection().AddSingleton<IStore>(new Store("host"));
        before.AddMlOpsCore().Use<IStore>(_ => new Store("ours")).Use<IStore>(_ => new Store("ours again"));
        Names(before).Should().Equal("host");

        var after = new ServiceCollection();
        var builder = after.AddMlOpsCore().Use<IStore>(_ => new Store("ours"));
        after.AddSingleton<IStore>(new Store("host"));
        builder.Use<IStore>(_ => new Store("ours again"));
        using var provider = after.BuildServiceProvider();
        provider.GetRequiredService<IStore>().Name.Should().Be("host");
    }

    [Fact]
    public void A_choice_is_remembered_when_MlOps_is_added_again()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().Use<IStore>(_ => new Store("first"));
        services.AddMlOpsCore().Use<IStore>(_ => new Store("second"));
        Names(services).Should().Equal("second");
    }

    [Fact]
    public void Choices_of_two_contracts_do_not_touch_each_other()
    {
        var services = new ServiceCollection().AddKeyedSingleton<IStore>("key", new Store("keyed"));
        services.AddMlOpsCore().Use<IStore>(_ => new Store("ours")).Use<IComparable>(_ => "x");
        Names(services).Should().Equal("ours");
    }

    [Fact]
    public void What_is_chosen_is_made_once()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().Use<IStore>(_ => new Store("one"));
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IStore>().Should().BeSameAs(provider.GetRequiredService<IStore>());
    }

    [Fact]
    public void A_clock_of_the_hosts_own_wins()
    {
        var clock = new Clock();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock);
        services.AddMlOpsCore();
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<TimeProvider>().Should().BeSameAs(clock);
    }

    [Fact]
    public void Options_are_defaults_then_configuration_then_code()
    {
        Folder(new ServiceCollection(), null).Should().Be(".mlops");
        Folder(Configured("from-configuration"), null).Should().Be("from-configuration");
        Folder(Configured("from-configuration"), o => o.Folder = "from-code").Should().Be("from-code");
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_when_the_host_starts()
    {
        var services = Configured("");
        services.AddMlOpsCore();
        using var provider = services.BuildServiceProvider();
        provider.Invoking(p => p.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<OptionsValidationException>().WithMessage("*Folder*");
    }

    [Fact]
    public void A_path_in_the_folder_is_full() =>
        new MlOpsOptions { Folder = "a" }.PathOf("b").Should().Be(Path.Combine(Directory.GetCurrentDirectory(), "a", "b"));

    [Fact]
    public void A_digest_is_64_lower_case_digits()
    {
        // FIPS 180-4, the example of "abc".
        Sha256.Hex("abc").Should().Be("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        Sha256.IsDigest(Sha256.Hex("")).Should().BeTrue();
        foreach (var no in new[] { null, "", new string('A', 64), new string('a', 63), new string('g', 64), new string('a', 65) }) Sha256.IsDigest(no).Should().BeFalse();
    }

    private static IServiceCollection Configured(string folder) => new ServiceCollection().AddSingleton<IConfiguration>(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Folder"] = folder }).Build());

    private static string Folder(IServiceCollection services, Action<MlOpsOptions>? configure)
    {
        services.AddMlOpsCore(configure);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<MlOpsOptions>>().Value.Folder;
    }

    private static IEnumerable<string> Names(IServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        return [.. provider.GetServices<IStore>().Select(s => s.Name)];
    }

    private interface IStore
    {
        string Name { get; }
    }

    private sealed record Store(string Name) : IStore;

    private sealed class Clock : TimeProvider;
}
