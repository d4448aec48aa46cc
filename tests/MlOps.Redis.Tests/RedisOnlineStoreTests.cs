using System.Text;
using MlOps.Core;
using StackExchange.Redis;

namespace MlOps.Redis.Tests;

public sealed class RedisOnlineStoreTests(RedisFixture server) : IAsyncDisposable
{
    private readonly TestKeys _keys = new(server.Configuration);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _keys.DisposeAsync();

    [Fact]
    public async Task Redis_forgets_a_row_by_itself_when_it_has_expired()
    {
        await _keys.Open().WriteAsync([new(Key("a"), Row() with { ExpiresAt = 4_000_000_000_000_001 }), new(Key("b"), Row())], Cancel);
        await using var connection = await _keys.ConnectAsync();
        var left = await connection.GetDatabase().KeyExpireTimeAsync(Raw("a"));
        left!.Value.Should().Be(DateTime.UnixEpoch.AddMilliseconds(4_000_000_000_001), "and not a moment too early");
        (await connection.GetDatabase().KeyTimeToLiveAsync(Raw("b"))).Should().BeNull();
    }

    [Fact]
    public async Task A_row_without_an_expiry_takes_that_of_the_one_before_away()
    {
        var store = _keys.Open();
        await store.WriteAsync([new(Key("a"), Row() with { ExpiresAt = 4_000_000_000_000_001 })], Cancel);
        await store.WriteAsync([new(Key("a"), Row())], Cancel);
        await using var connection = await _keys.ConnectAsync();
        (await connection.GetDatabase().KeyTimeToLiveAsync(Raw("a"))).Should().BeNull();
    }

    [Fact]
    public async Task All_views_of_an_entity_lie_on_one_node()
    {
        await using var connection = await _keys.ConnectAsync();
        for (var i = 0; i < 200; i++)
        {
            byte[] entity = [1, (byte)i, (byte)(i * 7), 125, 123];
            var slots = new[] { "delays", "a{b}c", "%" }.Select(table => connection.HashSlot(RedisRows.Key(RedisRows.Table(_keys.Prefix, table), entity)));
            slots.Distinct().Should().ContainSingle();
        }
    }

    [Fact]
    public async Task Something_of_others_under_our_key_is_an_error_and_stays()
    {
        await using var connection = await _keys.ConnectAsync();
        await connection.GetDatabase().StringSetAsync(Raw("text"), "a text of somebody else, long enough for a row");
        await connection.GetDatabase().ListLeftPushAsync(Raw("list"), "x");
        var store = _keys.Open();
        foreach (var entity in (string[])["text", "list"])
        {
            var read = async () => await store.ReadAsync(new[] { Key(entity) }, new OnlineRow?[1], Cancel);
            await read.Should().ThrowAsync<StoreException>().WithMessage("*KeyPrefix*");
            var write = () => store.WriteAsync([new(Key(entity), Row())], Cancel);
            await write.Should().ThrowAsync<StoreException>().WithMessage("*KeyPrefix*");
        }

        var readMany = async () => await store.ReadAsync(new[] { Key("list"), Key("text") }, new OnlineRow?[2], Cancel);
        await readMany.Should().ThrowAsync<StoreException>().WithMessage("*KeyPrefix*");
        ((string?)await connection.GetDatabase().StringGetAsync(Raw("text"))).Should().StartWith("a text");
    }

    [Fact]
    public async Task Of_many_who_read_at_once_each_has_his_own_row()
    {
        const int Callers = 3_000; // more than go in one command
        var store = _keys.Open();
        await store.WriteAsync([.. Enumerable.Range(0, Callers).Where(i => i % 3 > 0).Select(i => new OnlineWrite(Key($"{i}"), Row() with { EventTime = i }))], Cancel);
        var read = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => ReadAsync(store, $"{i}")));
        read.Select(row => row?.EventTime).Should().Equal(Enumerable.Range(0, Callers).Select(i => i % 3 > 0 ? i : (long?)null));
    }

    [Fact]
    public async Task Of_many_who_read_at_once_only_he_fails_whose_row_is_of_others()
    {
        await using var connection = await _keys.ConnectAsync();
        await connection.GetDatabase().StringSetAsync(Raw("of others"), "a text of somebody else, long enough for a row");
        var store = _keys.Open();
        await store.WriteAsync([new(Key("ours"), Row())], Cancel);
        var reads = Enumerable.Range(0, 100).Select(i => ReadAsync(store, i == 50 ? "of others" : "ours")).ToList();
        var all = () => Task.WhenAll(reads);
        await all.Should().ThrowAsync<StoreException>().WithMessage("*KeyPrefix*");
        reads.Select(r => r.IsFaulted).Should().Equal(Enumerable.Range(0, 100).Select(i => i == 50));
    }

    [Fact]
    public async Task All_who_read_at_once_fail_when_the_server_goes_and_none_waits_for_ever()
    {
        var server = await RedisServer.StartOwnAsync();
        if (server is null) Assert.Skip("There is no redis-server here.");
        await using var store = new RedisOnlineStore(new() { Configuration = server.Configuration + ",connectRetry=1,connectTimeout=500" });
        await store.PingAsync(Cancel);
        await server.DisposeAsync();
        var reads = Enumerable.Range(0, 500).Select(i => ReadAsync(store, $"{i}")).ToList();
        foreach (var read in reads)
        {
            var reading = () => read.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            (await reading.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_script_that_the_server_has_forgotten_is_sent_again()
    {
        var store = _keys.Open();
        await store.WriteAsync([new(Key("a"), Row())], Cancel);
        await using var connection = await _keys.ConnectAsync();
        await connection.GetServers()[0].ScriptFlushAsync();
        var results = async () => await store.WriteAsync([new(Key("a"), Row())], Cancel);
        (await results.Should().NotThrowAsync()).Which.Should().Equal(OnlineWriteResult.Written);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_transient_error_without_secrets()
    {
        await using var store = new RedisOnlineStore(new() { Configuration = "127.0.0.1:1,password=hunter2,connectRetry=1,connectTimeout=200" });
        var read = async () => await store.ReadAsync(new[] { Key("a") }, new OnlineRow?[1], Cancel);
        var write = () => store.WriteAsync([new(Key("a"), Row())], Cancel);
        var ping = () => store.PingAsync(Cancel);
        foreach (var act in (Func<Task>[])[read, write, ping])
        {
            var error = (await act.Should().ThrowAsync<StoreException>().WithMessage("*127.0.0.1:1*cannot be reached*")).Which;
            error.IsTransient.Should().BeTrue();
            error.ToString().Should().NotContain("hunter2");
        }
    }

    [Fact]
    public async Task A_server_that_refuses_the_login_says_so_without_secrets()
    {
        await using var locked = await RedisServer.StartOwnAsync("--requirepass", "right");
        if (locked is null) Assert.Skip("There is no redis-server here.");
        foreach (var password in (string[])[string.Empty, ",password=hunter2"])
        {
            await using var store = new RedisOnlineStore(new() { Configuration = locked.Configuration + password + ",connectRetry=1,connectTimeout=500" });
            var ping = () => store.PingAsync(Cancel);
            (await ping.Should().ThrowAsync<StoreException>()).Which.ToString().Should().NotContain("hunter2");
        }
    }

    [Fact]
    public async Task A_store_finds_its_server_again()
    {
        var settings = ",connectRetry=1,connectTimeout=500";
        string configuration;
        RedisOnlineStore store;
        await using (var first = await RedisServer.StartOwnAsync())
        {
            if (first is null) Assert.Skip("There is no redis-server here.");
            configuration = first.Configuration;
            store = new(new() { Configuration = configuration + settings });
            await store.PingAsync(Cancel);
        }

        await using var _ = store;
        var ping = () => store.PingAsync(Cancel);
        await ping.Should().ThrowAsync<StoreException>();
        await using var second = await RedisServer.StartOwnAsync("--port", configuration.Split(':')[1]);
        while (true)
        {
            try
            {
                await store.PingAsync(Cancel);
                break;
            }
            catch (StoreException e) when (e.IsTransient)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<OnlineRow?> ReadAsync(RedisOnlineStore store, string entity)
    {
        var rows = new OnlineRow?[1];
        await store.ReadAsync(new[] { Key(entity) }, rows, Cancel);
        return rows[0];
    }

    private static OnlineKey Key(string entity) => new("t", Encoding.UTF8.GetBytes(entity));

    private static OnlineRow Row() => new(1_000_000, long.MinValue, new byte[] { 1, 2, 3 });

    private RedisKey Raw(string entity) => $"{_keys.Prefix}t{{{entity}}}";
}
