using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Redis.Tests;

public sealed class RedisBuilderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_store_is_taken_from_configuration()
    {
        using var host = Build(builder => builder.UseRedisOnlineStore(), ("Configuration", "127.0.0.1:1,connectRetry=1,connectTimeout=100"));
        await host.StartAsync(Cancel);
        host.Services.GetRequiredService<IOnlineStore>().Should().BeOfType<RedisOnlineStore>("and nothing connects before the first use");
    }

    [Fact]
    public async Task Code_wins_over_configuration()
    {
        using var host = Build(builder => builder.UseRedisOnlineStore("127.0.0.1:2,connectRetry=1,connectTimeout=100"), ("Configuration", "127.0.0.1:1"));
        var ping = () => host.Services.GetRequiredService<IOnlineStore>().PingAsync(Cancel);
        await ping.Should().ThrowAsync<StoreException>().WithMessage("*127.0.0.1:2*");
    }

    [Theory]
    [InlineData("Configuration", null)]
    [InlineData("Configuration", "")]
    [InlineData("Configuration", "password=secret")]
    [InlineData("Configuration", "localhost,password=secret,nonsense=1")]
    [InlineData("KeyPrefix", "a{b")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string? value)
    {
        using var host = Build(builder => builder.UseRedisOnlineStore(), ("Configuration", "localhost"), (option, value));
        var start = () => host.StartAsync(Cancel);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option).And.NotContain("secret");
    }

    private static IHost Build(Action<MlOpsBuilder> use, params (string Key, string? Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var settings = new Dictionary<string, string?>();
        foreach (var (key, value) in configuration) settings["MlOps:Redis:" + key] = value; // the last one stays
        builder.Configuration.AddInMemoryCollection(settings);
        use(builder.Services.AddMlOpsCore());
        return builder.Build();
    }
}
