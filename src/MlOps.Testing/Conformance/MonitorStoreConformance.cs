using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="IMonitorStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class MonitorStoreConformance
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<IMonitorStore> CreateAsync();

    [Fact]
    public async Task An_empty_store_holds_nothing()
    {
        var store = await CreateAsync();
        Assert.Null(await store.ReadAsync("a", Cancel));
        Assert.Empty(await store.ListAsync(string.Empty, Cancel));
    }

    [Fact]
    public async Task A_document_is_found_as_it_was_written()
    {
        Assert.True(await (await CreateAsync()).TryWriteAsync("runs/größe.1", Samples.Awkward, 0, Cancel));
        Assert.Equal(new("runs/größe.1", 1, Samples.Awkward), await (await CreateAsync()).ReadAsync("runs/größe.1", Cancel));
    }

    [Fact]
    public async Task Only_who_has_seen_the_last_state_writes()
    {
        var store = await CreateAsync();
        Assert.False(await store.TryWriteAsync("a", "{}", 1, Cancel));
        Assert.True(await store.TryWriteAsync("a", "1", 0, Cancel));
        Assert.False(await store.TryWriteAsync("a", "2", 0, Cancel));
        Assert.True(await store.TryWriteAsync("a", "3", 1, Cancel));
        Assert.False(await store.TryWriteAsync("a", "4", 1, Cancel));
        Assert.Equal(new("a", 2, "3"), await store.ReadAsync("a", Cancel));
    }

    [Fact]
    public async Task Of_several_who_write_at_once_one_wins()
    {
        var stores = new[] { await CreateAsync(), await CreateAsync() };
        for (var version = 0L; version < 3; version++)
        {
            var expected = version;
            var won = await Samples.InParallel(8, i => stores[i % 2].TryWriteAsync("a", $"{i}", expected, Cancel));
            Assert.Single(won, w => w);
            Assert.Equal($"{Array.IndexOf(won, true)}", (await stores[0].ReadAsync("a", Cancel))!.Json);
        }
    }

    [Fact]
    public async Task Nothing_is_lost_when_several_change_a_document_again_and_again()
    {
        var stores = new[] { await CreateAsync(), await CreateAsync() };
        await Samples.InParallel(4, async i =>
        {
            for (var done = 0; done < 5;)
            {
                var seen = await stores[i % 2].ReadAsync("count", Cancel);
                var count = int.Parse(seen?.Json ?? "0", System.Globalization.CultureInfo.InvariantCulture);
                if (await stores[i % 2].TryWriteAsync("count", $"{count + 1}", seen?.Version ?? 0, Cancel)) done++;
            }

            return true;
        });
        Assert.Equal(new("count", 20, "20"), await stores[1].ReadAsync("count", Cancel));
    }

    [Fact]
    public async Task Documents_are_listed_by_the_beginning_of_their_keys_in_ordinal_order()
    {
        var store = await CreateAsync();
        foreach (var key in new[] { "runs/b", "runs/a", "runs/B", "runs_", "run", "triggers/a", "RUNS/a" }) Assert.True(await store.TryWriteAsync(key, key, 0, Cancel));
        Assert.Equal(["runs/B", "runs/a", "runs/b"], (await store.ListAsync("runs/", Cancel)).Select(d => d.Key));
        Assert.Equal(["runs/B", "runs/a", "runs/b", "runs_"], (await store.ListAsync("runs", Cancel)).Select(d => d.Json));
        Assert.Equal(7, (await store.ListAsync(string.Empty, Cancel)).Count);
        Assert.Empty(await store.ListAsync("%", Cancel));
        Assert.Empty(await store.ListAsync("a\0", Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("a\\b")]
    [InlineData("a:b")]
    public async Task What_is_no_key_is_refused(string key)
    {
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ReadAsync(key, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TryWriteAsync(key, "{}", 0, Cancel));
    }

    [Fact]
    public async Task A_key_of_dots_leads_nowhere_else()
    {
        var store = await CreateAsync();
        Assert.True(await store.TryWriteAsync("../../a", "1", 0, Cancel));
        Assert.Equal("1", (await store.ReadAsync("../../a", Cancel))!.Json);
        Assert.Null(await store.ReadAsync("a", Cancel));
    }

    [Fact]
    public async Task The_longest_key_and_the_largest_document_are_stored_and_what_is_longer_is_refused()
    {
        var store = await CreateAsync();
        var (key, json) = (new string('k', MonitorStoreChecks.MaxKey), new string('j', MonitorStoreChecks.MaxBytes));
        Assert.True(await store.TryWriteAsync(key, json, 0, Cancel));
        Assert.Equal(json, (await store.ReadAsync(key, Cancel))!.Json);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TryWriteAsync(key + "k", "{}", 0, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TryWriteAsync("a", json[1..] + "ü", 0, Cancel)); // in bytes
        Assert.Single(await store.ListAsync(string.Empty, Cancel));
    }

    [Fact]
    public async Task Nonsense_is_refused()
    {
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ReadAsync(null!, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ListAsync(null!, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TryWriteAsync("a", null!, 0, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TryWriteAsync("a", "\0", 0, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.TryWriteAsync("a", "{}", -1, Cancel));
        Assert.Null(await store.ReadAsync("a", Cancel));
    }

    [Fact]
    public async Task A_cancelled_call_stores_nothing()
    {
        var store = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.TryWriteAsync("a", "{}", 0, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ReadAsync("a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ListAsync("a", cancelled));
        Assert.Null(await store.ReadAsync("a", Cancel));
    }
}
