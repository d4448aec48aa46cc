using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="IArtifactStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class ArtifactStoreConformance
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<IArtifactStore> CreateAsync();

    /// <summary>Flips a bit of the stored bytes, behind the store's back.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">The digest that storing returned.</param>
    /// <returns>When it is done.</returns>
    protected abstract Task DamageAsync(IArtifactStore store, string digest);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(81_920)]
    [InlineData(5_000_001)]
    public async Task Bytes_come_back_as_they_were(int size)
    {
        var store = await CreateAsync();
        var content = Content(size);
        var stored = await store.PutAsync(new MemoryStream(content), Cancel);
        Assert.Equal(new(Sha256.Hex(content), size), stored);
        Assert.True(await store.ExistsAsync(stored.Digest, Cancel));
        Assert.Equal(content, await ReadAsync(store, stored.Digest));
        Assert.Equal(content, await File.ReadAllBytesAsync(await store.GetLocalPathAsync(stored.Digest, Cancel), Cancel));
    }

    [Fact]
    public async Task A_stream_of_stored_bytes_can_be_sought_and_not_written()
    {
        var store = await CreateAsync();
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        await using var stream = await store.OpenAsync(stored.Digest, Cancel);
        Assert.Equal((0, 3, true, false), (stream.Position, stream.Length, stream.CanSeek, stream.CanWrite));
        stream.Seek(-1, SeekOrigin.End);
        Assert.Equal(3, stream.ReadByte());
    }

    [Fact]
    public async Task A_stream_is_stored_from_where_it_stands()
    {
        var store = await CreateAsync();
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]) { Position = 1 }, Cancel);
        Assert.Equal([2, 3], await ReadAsync(store, stored.Digest));
    }

    [Fact]
    public async Task A_written_file_is_stored()
    {
        var store = await CreateAsync();
        var written = string.Empty;
        var stored = await store.PutFileAsync(
            async (path, token) =>
            {
                written = path;
                Assert.False(File.Exists(path));
                await File.WriteAllTextAsync(path, "content", token);
            },
            Cancel);
        Assert.Equal(new(Sha256.Hex("content"), 7), stored);
        Assert.Equal("content"u8.ToArray(), await ReadAsync(store, stored.Digest));
        Assert.False(File.Exists(written));
    }

    [Fact]
    public async Task A_writer_that_fails_leaves_nothing()
    {
        var store = await CreateAsync();
        var written = string.Empty;
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutFileAsync(
            async (path, token) =>
            {
                written = path;
                await File.WriteAllTextAsync(path, "half", token);
                throw new InvalidOperationException("no more");
            },
            Cancel));
        Assert.False(File.Exists(written));
        Assert.False(await store.ExistsAsync(Sha256.Hex("half"), Cancel));
    }

    [Fact]
    public async Task A_writer_that_writes_nothing_is_told_so()
    {
        var store = await CreateAsync();
        await Assert.ThrowsAsync<StoreException>(() => store.PutFileAsync((_, _) => Task.CompletedTask, Cancel));
    }

    [Fact]
    public async Task A_source_that_fails_leaves_nothing()
    {
        var store = await CreateAsync();
        await Assert.ThrowsAsync<IOException>(() => store.PutAsync(new FailingStream(Content(100_000), () => throw new IOException("the network is down")), Cancel));
        Assert.False(await store.ExistsAsync(Sha256.Hex(Content(100_000)), Cancel));
    }

    [Fact]
    public async Task A_cancelled_call_stores_nothing()
    {
        var store = await CreateAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync(new FailingStream(Content(100_000), stop.Cancel), stop.Token));
        Assert.False(await store.ExistsAsync(Sha256.Hex(Content(100_000)), Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutFileAsync((path, _) => File.WriteAllTextAsync(path, "late", Cancel), stop.Token));
        Assert.False(await store.ExistsAsync(Sha256.Hex("late"), Cancel));
    }

    [Fact]
    public async Task The_same_bytes_are_stored_once_by_many_at_once()
    {
        IArtifactStore[] stores = [await CreateAsync(), await CreateAsync()];
        var content = Content(300_000);
        var stored = await Samples.InParallel(16, async i =>
        {
            var reference = i % 4 < 2
                ? await stores[i % 2].PutAsync(new MemoryStream(content), Cancel)
                : await stores[i % 2].PutFileAsync((path, token) => File.WriteAllBytesAsync(path, content, token), Cancel);
            Assert.Equal(content, await ReadAsync(stores[(i + 1) % 2], reference.Digest));
            Assert.Equal(content, await File.ReadAllBytesAsync(await stores[i % 2].GetLocalPathAsync(reference.Digest, Cancel), Cancel));
            return reference;
        });
        Assert.Equal(new(Sha256.Hex(content), 300_000), Assert.Single(stored.Distinct()));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\..\\windows\\win.ini")]
    [InlineData("%2e%2e%2fsecret")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    [InlineData("0123456789abcdef")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/../x")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Only_the_digest_of_stored_bytes_opens_anything(string digest)
    {
        var store = await CreateAsync();
        await store.PutAsync(new MemoryStream(), Cancel);
        Assert.False(await store.ExistsAsync(digest, Cancel));
        Assert.Equal("artifact", (await Assert.ThrowsAsync<NotFoundException>(() => store.OpenAsync(digest, Cancel))).Kind);
        await Assert.ThrowsAsync<NotFoundException>(() => store.GetLocalPathAsync(digest, Cancel));
    }

    [Fact]
    public async Task Damaged_bytes_are_never_given_out()
    {
        var store = await CreateAsync();
        var stored = await store.PutAsync(new MemoryStream(Content(200_000)), Cancel);
        await DamageAsync(store, stored.Digest);
        foreach (var reader in (IArtifactStore[])[store, await CreateAsync()])
        {
            var error = await Assert.ThrowsAsync<ArtifactCorruptException>(() => reader.OpenAsync(stored.Digest, Cancel));
            Assert.Equal(stored.Digest, error.ExpectedDigest);
            Assert.NotEqual(stored.Digest, error.ActualDigest);
            await Assert.ThrowsAsync<ArtifactCorruptException>(() => reader.GetLocalPathAsync(stored.Digest, Cancel));
        }
    }

    [Fact]
    public async Task Bytes_that_were_found_damaged_do_not_count_until_they_are_stored_again()
    {
        var store = await CreateAsync();
        var content = Content(1_000);
        var stored = await store.PutAsync(new MemoryStream(content), Cancel);
        await DamageAsync(store, stored.Digest);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => store.OpenAsync(stored.Digest, Cancel));
        Assert.False(await store.ExistsAsync(stored.Digest, Cancel));
        Assert.False(await (await CreateAsync()).ExistsAsync(stored.Digest, Cancel));
        await store.PutAsync(new MemoryStream(content), Cancel);
        Assert.True(await store.ExistsAsync(stored.Digest, Cancel));
        Assert.Equal(content, await ReadAsync(await CreateAsync(), stored.Digest));
    }

    [Fact]
    public async Task Storing_damaged_bytes_again_mends_them()
    {
        var store = await CreateAsync();
        var content = Content(1_000);
        var stored = await store.PutAsync(new MemoryStream(content), Cancel);
        await DamageAsync(store, stored.Digest);
        await store.PutAsync(new MemoryStream(content), Cancel);
        Assert.Equal(content, await ReadAsync(store, stored.Digest));
        Assert.Equal(content, await File.ReadAllBytesAsync(await store.GetLocalPathAsync(stored.Digest, Cancel), Cancel));
    }

    [Fact]
    public async Task Another_process_reads_what_is_stored()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());
        var stored = await first.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        Assert.Equal([1, 2, 3], await ReadAsync(second, stored.Digest));
    }

    [Fact]
    public async Task What_is_stored_is_listed_once_with_its_size()
    {
        var store = await CreateAsync();
        Assert.Empty(await store.ListAsync(Cancel).ToListAsync(Cancel));
        var first = await store.PutAsync(new MemoryStream(Content(1)), Cancel);
        var second = await store.PutAsync(new MemoryStream(Content(70_000)), Cancel);
        await store.PutAsync(new MemoryStream(Content(1)), Cancel);
        Assert.Equivalent(new[] { first, second }, await store.ListAsync(Cancel).Select(s => s.Artifact).ToListAsync(Cancel), strict: true);
    }

    [Fact]
    public async Task Deleted_bytes_are_gone_and_can_be_stored_again()
    {
        var (store, other) = (await CreateAsync(), await CreateAsync());
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        Assert.Equal([1, 2, 3], await ReadAsync(store, stored.Digest));
        Assert.True(await other.DeleteAsync(stored.Digest, DateTimeOffset.MaxValue, Cancel));
        Assert.False(await store.ExistsAsync(stored.Digest, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => store.OpenAsync(stored.Digest, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => store.GetLocalPathAsync(stored.Digest, Cancel));
        await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        Assert.Equal([1, 2, 3], await ReadAsync(store, stored.Digest));
    }

    [Fact]
    public async Task Bytes_that_were_stored_at_the_moment_or_later_are_not_deleted()
    {
        var store = await CreateAsync();
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        var at = (await store.ListAsync(Cancel).SingleAsync(Cancel)).StoredAt;
        Assert.False(await store.DeleteAsync(stored.Digest, at, Cancel));
        Assert.Equal([1, 2, 3], await ReadAsync(store, stored.Digest));
        Assert.True(await store.DeleteAsync(stored.Digest, at.AddTicks(1), Cancel));
    }

    [Fact]
    public async Task Storing_again_what_is_there_keeps_it_from_being_deleted()
    {
        var (store, other) = (await CreateAsync(), await CreateAsync());
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        var first = (await store.ListAsync(Cancel).SingleAsync(Cancel)).StoredAt;
        DateTimeOffset second;
        do
        {
            await other.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
            second = (await store.ListAsync(Cancel).SingleAsync(Cancel)).StoredAt;
        }
        while (second == first); // a clock has its grain
        Assert.True(second > first);
        Assert.False(await store.DeleteAsync(stored.Digest, second, Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Deleting_what_is_not_there_deletes_nothing(string digest)
    {
        var store = await CreateAsync();
        await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        Assert.False(await store.DeleteAsync(digest, DateTimeOffset.MaxValue, Cancel));
        Assert.Single(await store.ListAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task What_is_stored_while_a_collector_deletes_is_there_afterwards()
    {
        var (store, collector) = (await CreateAsync(), await CreateAsync());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var digest = (await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel)).Digest;
        var collecting = Task.Run(
            async () =>
            {
                // The collector holds what is older than its last look for unwanted.
                for (var look = DateTimeOffset.MinValue; !stop.IsCancellationRequested;)
                {
                    await collector.DeleteAsync(digest, look, CancellationToken.None);
                    look = await collector.ListAsync(CancellationToken.None).Select(s => s.StoredAt).FirstOrDefaultAsync(look, CancellationToken.None);
                    look = look.AddTicks(1);
                    await Task.Yield();
                    var again = await collector.ListAsync(CancellationToken.None).Select(s => (DateTimeOffset?)s.StoredAt).FirstOrDefaultAsync(CancellationToken.None);
                    if (again >= look) look = DateTimeOffset.MinValue;
                }
            },
            Cancel);
        try
        {
            for (var i = 0; i < 200; i++) Assert.Equal(digest, (await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel)).Digest);
        }
        finally
        {
            await stop.CancelAsync();
            await collecting;
        }

        await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        Assert.Equal([1, 2, 3], await ReadAsync(store, digest));
        Assert.Single(await store.ListAsync(Cancel).ToListAsync(Cancel));
    }

    private static byte[] Content(int size)
    {
        var content = new byte[size];
        new Random(1).NextBytes(content);
        return content;
    }

    private static async Task<byte[]> ReadAsync(IArtifactStore store, string digest)
    {
        await using var stream = await store.OpenAsync(digest, Cancel);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, Cancel);
        return memory.ToArray();
    }

    /// <summary>Gives the first half of its bytes; then something happens.</summary>
    private sealed class FailingStream(byte[] content, Action happens) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= Length / 2) happens();
            cancellationToken.ThrowIfCancellationRequested();
            return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, Math.Max(1, (Length / 2) - Position))], cancellationToken);
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyAsync(destination, cancellationToken);

        private async Task CopyAsync(Stream destination, CancellationToken cancellationToken)
        {
            var buffer = new byte[8192];
            int read;
            while ((read = await ReadAsync(buffer, cancellationToken)) > 0) await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
