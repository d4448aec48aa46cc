using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.FeatureStore.Tests;

public sealed class InProcessOnlineStoreConformanceTests : OnlineStoreConformance, IDisposable
{
    private readonly InProcessOnlineStore _store = new(Options.Create(new InProcessOnlineStoreOptions()), TimeProvider.System);

    public void Dispose() => _store.Dispose();

    protected override Task<IOnlineStore> CreateAsync() => Task.FromResult<IOnlineStore>(_store);
}

public sealed class InProcessOnlineStoreTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new(2013, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly InProcessOnlineStore _store;

    public InProcessOnlineStoreTests() => _store = new(Options.Create(new InProcessOnlineStoreOptions { MaxBytes = 10_000 }), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private long Now => FeatureTime.ToMicros(_time.GetUtcNow());

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_write_that_does_not_fit_fails_and_leaves_what_was_there()
    {
        await WriteAsync(1, new byte[5_000]);
        var act = () => WriteAsync(2, new byte[5_000]);
        (await act.Should().ThrowAsync<StoreException>()).WithMessage("*MlOps:InProcessOnlineStore:MaxBytes*");
        (await ReadAsync(1)).Should().NotBeNull();
        (await ReadAsync(2)).Should().BeNull();
    }

    [Fact]
    public async Task A_row_that_takes_the_place_of_another_gives_its_room_free()
    {
        for (var i = 0; i < 10; i++) await WriteAsync(1, new byte[5_000]);
        (await ReadAsync(1))!.Revision.Should().Be(10);
    }

    [Fact]
    public async Task What_has_expired_makes_room_when_it_is_needed()
    {
        await WriteAsync(1, new byte[5_000], expiresAt: Now);
        await WriteAsync(2, new byte[5_000]);
        (await ReadAsync(1)).Should().BeNull();
    }

    [Fact]
    public async Task What_has_expired_is_removed_after_a_while()
    {
        await WriteAsync(1, new byte[5], expiresAt: Now + 1);
        await WriteAsync(2, new byte[5], expiresAt: Now + 600_000_000);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await ReadAsync(1)).Should().BeNull();
        (await ReadAsync(2)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_dropped_table_gives_its_room_free()
    {
        await WriteAsync(1, new byte[5_000]);
        await _store.DropAsync("t", Cancel);
        _store.Used.Should().Be(0);
    }

    [Fact]
    public async Task The_bytes_of_the_caller_are_copied()
    {
        var bytes = new byte[] { 1 };
        await WriteAsync(1, bytes);
        bytes[0] = 2;
        (await ReadAsync(1))!.Values.ToArray().Should().Equal(1);
    }

    private async Task WriteAsync(byte entity, byte[] values, long? expiresAt = null) =>
        await _store.WriteAsync([new(new("t", [entity]), new(Now, Now, values) { ExpiresAt = expiresAt })], Cancel);

    private async Task<OnlineRow?> ReadAsync(byte entity)
    {
        var rows = new OnlineRow?[1];
        await _store.ReadAsync(new OnlineKey[] { new("t", [entity]) }, rows, Cancel);
        return rows[0];
    }
}
