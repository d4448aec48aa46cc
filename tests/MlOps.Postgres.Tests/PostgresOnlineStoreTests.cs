using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.Postgres.Tests;

public sealed class PostgresOnlineStoreTests(PostgresFixture server) : IDisposable
{
    private readonly TestSchema _schema = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task What_has_expired_is_removed_after_a_while_by_whoever_writes()
    {
        var time = new FakeTimeProvider(new(2013, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var store = _schema.Open(time: time).Online;
        var now = FeatureTime.ToMicros(time.GetUtcNow());
        await store.WriteAsync([Write(1, now + 1), Write(2)], Cancel);
        time.Advance(TimeSpan.FromHours(2));
        await store.WriteAsync([Write(3)], Cancel);
        _schema.Scalar<long>("SELECT COUNT(*) FROM online_features").Should().Be(2);
    }

    [Fact]
    public async Task A_connection_that_was_lost_is_replaced_for_a_read()
    {
        var store = _schema.Open().Online;
        await store.WriteAsync([Write(1)], Cancel);
        _schema.Disconnect();
        var rows = new OnlineRow?[1];
        await store.ReadAsync(new OnlineKey[] { new("t", [1]) }, rows, Cancel);
        rows[0].Should().NotBeNull();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_transient_error_without_secrets()
    {
        using var store = new Store("Host=127.0.0.1;Port=1;Database=x;Username=u;Password=hunter2", "mlops");
        var read = async () => await store.Online.ReadAsync(new OnlineKey[] { new("t", [1]) }, new OnlineRow?[1], Cancel);
        var error = (await read.Should().ThrowAsync<StoreException>()).Which;
        error.IsTransient.Should().BeTrue();
        error.ToString().Should().NotContain("hunter2");
    }

    [Fact]
    public async Task It_is_chosen_alone_or_beside_the_other_stores()
    {
        foreach (var isBeside in (bool[])[false, true])
        {
            var services = new ServiceCollection();
            var builder = services.AddMlOpsCore();
            if (isBeside) builder.UsePostgres(options => (options.ConnectionString, options.Schema) = (_schema.ConnectionString, _schema.Name)).UsePostgresOnlineStore();
            else builder.UsePostgresOnlineStore(_schema.ConnectionString).Services.Configure<PostgresOptions>(options => options.Schema = _schema.Name);
            await using var provider = services.BuildServiceProvider();
            await provider.GetRequiredService<IOnlineStore>().PingAsync(Cancel);
            (provider.GetService<IModelRegistry>() is not null).Should().Be(isBeside);
        }
    }

    private static OnlineWrite Write(byte entity, long? expiresAt = null) => new(new("t", [entity]), new(1, long.MinValue, new byte[] { 1, 2, 3 }) { ExpiresAt = expiresAt });
}
