using System.Buffers.Binary;
using System.Text;
using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="IOnlineStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class OnlineStoreConformance
{
    private const string Table = "delays";
    private static readonly long Noon = FeatureTime.ToMicros(Samples.Noon);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<IOnlineStore> CreateAsync();

    [Theory]
    [InlineData(0L, long.MinValue, null)]
    [InlineData(-1L, -2L, null)]
    [InlineData(long.MaxValue, long.MaxValue, 4_000_000_000_000_000L)]
    [InlineData(long.MinValue, long.MinValue + 1, 4_000_000_000_000_001L)]
    public async Task A_row_is_read_as_it_was_written(long eventTime, long created, long? expires)
    {
        var key = new OnlineKey(Samples.Awkward, [.. Enumerable.Range(0, 256).Select(i => (byte)i)]);
        var row = new OnlineRow(eventTime, created, key.Entity) { ExpiresAt = expires };
        Assert.Equal([OnlineWriteResult.Written], await (await CreateAsync()).WriteAsync([new(key, row)], Cancel));
        AssertSame(row with { Revision = 1 }, await ReadOneAsync(await CreateAsync(), key));
    }

    [Fact]
    public async Task Nothing_is_read_where_nothing_was_written()
    {
        var store = await CreateAsync();
        await WriteAsync(store, Key("JFK"), Row(0));
        Assert.Null(await ReadOneAsync(store, Key("LAX")));
        Assert.Null(await ReadOneAsync(store, Key("jfk")));
        Assert.Null(await ReadOneAsync(store, new("Delays", Key("JFK").Entity)));
    }

    [Fact]
    public async Task Rows_stand_in_the_order_of_their_keys_also_of_several_tables_and_twice()
    {
        var store = await CreateAsync();
        await store.WriteAsync([new(Key("JFK"), Row(0, "1")), new(Key("LAX"), Row(0, "2")), new(new("carriers", Key("JFK").Entity), Row(0, "3"))], Cancel);
        OnlineKey[] keys = [Key("LAX"), Key("none"), new("carriers", Key("JFK").Entity), Key("JFK"), Key("LAX")];
        var rows = new OnlineRow?[7];
        rows[1] = rows[6] = Row(9);
        await store.ReadAsync(keys, rows, Cancel);
        Assert.Equal(["2", null, "3", "1", "2"], rows.Take(5).Select(Text));
        Assert.NotNull(rows[6]);
    }

    [Theory]
    [InlineData(0, 0, 1, -5, true)] // a newer event, whenever it was written
    [InlineData(0, 0, -1, 9, false)] // an older one
    [InlineData(0, 0, 0, 1, true)] // a correction
    [InlineData(0, 0, 0, -1, false)]
    [InlineData(0, 0, 0, 0, true)] // of two with equal times the one that is written last
    [InlineData(0, long.MinValue, 0, 0, true)] // an unknown time of creation is the lowest
    [InlineData(0, 0, 0, long.MinValue, false)]
    [InlineData(0, long.MinValue, 0, long.MinValue, true)]
    [InlineData(1L << 60, 0, (1L << 60) + 1, 0, true)] // more digits than a double has
    [InlineData((1L << 60) + 1, 0, 1L << 60, 0, false)]
    [InlineData(1, (1L << 60) + 1, 1, 1L << 60, false)]
    [InlineData(long.MaxValue, 0, long.MinValue, 0, false)]
    [InlineData(-4_294_967_297, 0, -4_294_967_296, 0, true)]
    [InlineData(-1, 0, 0, 0, true)]
    public async Task An_older_row_never_takes_the_place_of_a_newer_one(long event1, long created1, long event2, long created2, bool replaces)
    {
        var store = await CreateAsync();
        await WriteAsync(store, Key("JFK"), new(event1, created1, Bytes("first")));
        var result = await WriteAsync(store, Key("JFK"), new(event2, created2, Bytes("second")));
        Assert.Equal(replaces ? OnlineWriteResult.Written : OnlineWriteResult.Superseded, result);
        var kept = await ReadOneAsync(store, Key("JFK"));
        Assert.Equal(replaces ? "second" : "first", Text(kept));
        Assert.Equal(replaces ? 2 : 1, kept!.Revision);
        Assert.Equal(replaces ? (event2, created2) : (event1, created1), (kept.EventTime, kept.CreatedTime));
    }

    [Fact]
    public async Task A_deletion_is_remembered_until_something_newer_comes()
    {
        var store = await CreateAsync();
        await WriteAsync(store, Key("JFK"), Row(0));
        Assert.Equal(OnlineWriteResult.Written, await WriteAsync(store, Key("JFK"), new(Noon + 10, long.MinValue, default) { IsDeleted = true }));
        Assert.Equal(OnlineWriteResult.Superseded, await WriteAsync(store, Key("JFK"), Row(9)));
        var deleted = await ReadOneAsync(store, Key("JFK"));
        Assert.True(deleted!.IsDeleted);
        Assert.True(deleted.Values.IsEmpty);
        Assert.Equal(OnlineWriteResult.Written, await WriteAsync(store, Key("JFK"), Row(11, "back")));
        var back = await ReadOneAsync(store, Key("JFK"));
        Assert.False(back!.IsDeleted);
        Assert.Equal(("back", 3L), (Text(back), back.Revision));
    }

    [Fact]
    public async Task Of_several_rows_for_one_key_each_is_held_to_the_one_before()
    {
        var store = await CreateAsync();
        var results = await store.WriteAsync(
            [new(Key("JFK"), Row(1, "a")), new(Key("LAX"), Row(5, "b")), new(Key("JFK"), Row(3, "c")), new(Key("JFK"), Row(2, "d")), new(Key("JFK"), Row(3, "e")), new(Key("JFK"), Row(0, "f"), 3), new(Key("JFK"), Row(9, "g"), 3)],
            Cancel);
        Assert.Equal(
            [OnlineWriteResult.Written, OnlineWriteResult.Written, OnlineWriteResult.Written, OnlineWriteResult.Superseded, OnlineWriteResult.Written, OnlineWriteResult.Written, OnlineWriteResult.Conflict],
            results);
        var kept = await ReadOneAsync(store, Key("JFK"));
        Assert.Equal(("f", 4L), (Text(kept), kept!.Revision));
    }

    [Fact]
    public async Task An_expected_revision_alone_decides()
    {
        var store = await CreateAsync();
        Assert.Equal(OnlineWriteResult.Conflict, await WriteAsync(store, Key("JFK"), Row(9), 1));
        Assert.Null(await ReadOneAsync(store, Key("JFK")));
        Assert.Equal(OnlineWriteResult.Written, await WriteAsync(store, Key("JFK"), Row(9), 0));
        Assert.Equal(OnlineWriteResult.Conflict, await WriteAsync(store, Key("JFK"), Row(10), 0));
        Assert.Equal(OnlineWriteResult.Written, await WriteAsync(store, Key("JFK"), Row(0, "older"), 1));
        Assert.Equal(OnlineWriteResult.Conflict, await WriteAsync(store, Key("JFK"), Row(10), 1));
        Assert.Equal(OnlineWriteResult.Written, await WriteAsync(store, Key("JFK"), Row(1, "by time")));
        Assert.Equal(OnlineWriteResult.Conflict, await WriteAsync(store, Key("JFK"), Row(10), 2));
        var kept = await ReadOneAsync(store, Key("JFK"));
        Assert.Equal(("by time", 3L), (Text(kept), kept!.Revision));
    }

    [Fact]
    public async Task Of_many_who_expect_one_revision_exactly_one_writes()
    {
        IOnlineStore[] stores = [await CreateAsync(), await CreateAsync()];
        await WriteAsync(stores[0], Key("JFK"), Row(0));
        var results = await Samples.InParallel(16, i => WriteAsync(stores[i % 2], Key("JFK"), Row(i, $"{i}"), 1));
        var winner = Array.IndexOf(results, OnlineWriteResult.Written);
        Assert.Equal(15, results.Count(r => r == OnlineWriteResult.Conflict));
        var kept = await ReadOneAsync(stores[1], Key("JFK"));
        Assert.Equal(($"{winner}", 2L), (Text(kept), kept!.Revision));
    }

    [Fact]
    public async Task The_newest_of_rows_that_are_written_at_once_stays()
    {
        IOnlineStore[] stores = [await CreateAsync(), await CreateAsync()];
        var keys = Enumerable.Range(0, 20).Select(i => Key($"airport {i}")).ToArray();
        var results = await Samples.InParallel(16, async i => await stores[i % 2].WriteAsync(
            [.. (i % 2 == 0 ? keys : keys.Reverse()).Select(key => new OnlineWrite(key, Row(i * 7 % 16, $"{i * 7 % 16}")))], Cancel));
        var rows = await ReadAsync(stores[1], keys);
        Assert.All(rows, row => Assert.Equal("15", Text(row)));
        Assert.Equal(results.Sum(r => r.Count(w => w == OnlineWriteResult.Written)), rows.Sum(r => r!.Revision));
    }

    [Fact]
    public async Task A_table_is_dropped_with_its_rows_and_no_other()
    {
        var store = await CreateAsync();
        string[] others = ["delays2", "delay", "Delays", "d*", "delays*", "delays{x}", "[d]elays", "d?lays", "delays:", "x:delays", Samples.Awkward];
        foreach (var table in (string[])[Table, .. others]) await store.WriteAsync([.. Enumerable.Range(0, 3).Select(i => new OnlineWrite(new(table, [(byte)i, 125]), Row(0)))], Cancel);
        await store.DropAsync(Table, Cancel);
        Assert.All(await ReadAsync(store, [.. Enumerable.Range(0, 3).Select(i => new OnlineKey(Table, [(byte)i, 125]))]), Assert.Null);
        foreach (var table in others) Assert.All(await ReadAsync(store, [.. Enumerable.Range(0, 3).Select(i => new OnlineKey(table, [(byte)i, 125]))]), Assert.NotNull);
        foreach (var table in others)
        {
            await store.DropAsync(table, Cancel);
            Assert.Null(await ReadOneAsync(store, new(table, [0, 125])));
        }

        await store.DropAsync("never there", Cancel);
        Assert.Equal(OnlineWriteResult.Written, await WriteAsync(store, new(Table, [0, 125]), Row(-5)));
        Assert.Equal(1, (await ReadOneAsync(store, new(Table, [0, 125])))!.Revision);
    }

    [Fact]
    public async Task Table_and_entity_do_not_run_into_each_other()
    {
        var store = await CreateAsync();
        OnlineKey[] keys = [new("a", [98, 99]), new("ab", [99]), new("a{b", [99]), new("a", []), new("a", [0]), new("a", [0, 0]), new("a", [123]), new("a", [125]), new("a}", [125]), new("a{", [125])];
        for (var i = 0; i < keys.Length; i++) await WriteAsync(store, keys[i], Row(0, $"{i}"));
        Assert.Equal(Enumerable.Range(0, keys.Length).Select(i => $"{i}"), (await ReadAsync(store, keys)).Select(Text));
    }

    [Fact]
    public async Task Thousands_of_rows_are_written_and_read_in_one_call()
    {
        var store = await CreateAsync();
        var keys = Enumerable.Range(0, 12_000).Select(i =>
        {
            var bytes = new byte[9];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, i);
            return new OnlineKey(i % 3 == 0 ? Table : "carriers", bytes);
        }).ToArray();
        Assert.All(await store.WriteAsync([.. keys.Select((key, i) => new OnlineWrite(key, Row(0, $"{i}")))], Cancel), r => Assert.Equal(OnlineWriteResult.Written, r));
        var rows = await ReadAsync(store, keys);
        for (var i = 0; i < rows.Length; i++) Assert.Equal($"{i}", Text(rows[i]));
    }

    [Fact]
    public async Task A_row_may_be_large_or_empty()
    {
        var store = await CreateAsync();
        var large = new byte[3_000_000];
        new Random(1).NextBytes(large);
        await store.WriteAsync([new(Key("large"), new(Noon, Noon, large)), new(Key("empty"), new(Noon, Noon, default))], Cancel);
        var rows = await ReadAsync(store, [Key("large"), Key("empty")]);
        Assert.True(rows[0]!.Values.Span.SequenceEqual(large));
        Assert.True(rows[1]!.Values.IsEmpty);
        Assert.False(rows[1]!.IsDeleted);
    }

    [Fact]
    public async Task A_row_that_expires_later_is_there_and_one_that_has_expired_may_be_gone()
    {
        var store = await CreateAsync();
        var (past, future) = (Row(0) with { ExpiresAt = Noon }, Row(0) with { ExpiresAt = 7_000_000_000_000_001 });
        Assert.All(await store.WriteAsync([new(Key("past"), past), new(Key("future"), future)], Cancel), r => Assert.Equal(OnlineWriteResult.Written, r));
        var rows = await ReadAsync(store, [Key("past"), Key("future")]);
        if (rows[0] is not null) AssertSame(past with { Revision = 1 }, rows[0]);
        AssertSame(future with { Revision = 1 }, rows[1]);
        await WriteAsync(store, Key("future"), Row(1));
        Assert.Null((await ReadOneAsync(store, Key("future")))!.ExpiresAt);
    }

    [Fact]
    public async Task Nothing_asked_is_nothing_done()
    {
        var store = await CreateAsync();
        Assert.Empty(await store.WriteAsync([], Cancel));
        await store.ReadAsync(default, default, Cancel);
        await store.PingAsync(Cancel);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.ReadAsync(new[] { Key("JFK"), Key("LAX") }, new OnlineRow?[1], Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.WriteAsync(null!, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.WriteAsync([new(Key("JFK"), null!)], Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.DropAsync(string.Empty, Cancel));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var store = await CreateAsync();
        await WriteAsync(store, Key("JFK"), Row(0));
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WriteAsync([new(Key("LAX"), Row(0))], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.DropAsync(Table, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ReadAsync(new[] { Key("JFK") }, new OnlineRow?[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PingAsync(cancelled));
        Assert.NotNull(await ReadOneAsync(store, Key("JFK")));
        Assert.Null(await ReadOneAsync(store, Key("LAX")));
    }

    private static OnlineKey Key(string entity) => new(Table, Encoding.UTF8.GetBytes(entity));

    private static OnlineRow Row(long after, string text = "row") => new(Noon + after, Noon, Bytes(text));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(OnlineRow? row) => row is null ? null : Encoding.UTF8.GetString(row.Values.Span);

    private static async Task<OnlineWriteResult> WriteAsync(IOnlineStore store, OnlineKey key, OnlineRow row, long? expected = null) =>
        Assert.Single(await store.WriteAsync([new(key, row, expected)], Cancel));

    private static async Task<OnlineRow?> ReadOneAsync(IOnlineStore store, OnlineKey key) => Assert.Single(await ReadAsync(store, [key]));

    private static async Task<OnlineRow?[]> ReadAsync(IOnlineStore store, OnlineKey[] keys)
    {
        var rows = new OnlineRow?[keys.Length];
        await store.ReadAsync(keys, rows, Cancel);
        return rows;
    }

    private static void AssertSame(OnlineRow expected, OnlineRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
        Assert.Equal(expected with { Values = default }, actual with { Values = default });
    }
}
