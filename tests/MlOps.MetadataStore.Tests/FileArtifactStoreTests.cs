using System.Diagnostics;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.MetadataStore.Tests;

public sealed class FileArtifactStoreTests : ArtifactStoreConformance, IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("mlops-files-").FullName, "größe");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    protected override Task<IArtifactStore> CreateAsync() => Task.FromResult<IArtifactStore>(TestStore.Open(_folder));

    protected override Task DamageAsync(IArtifactStore store, string digest)
    {
        TestStore.Damage(_folder, digest);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_stored_file_lies_under_its_digest_and_nothing_else_stays()
    {
        var store = TestStore.Open(_folder);
        var first = await store.PutAsync(new MemoryStream([1]), Cancel);
        await store.PutFileAsync(
            async (path, token) =>
            {
                await File.WriteAllBytesAsync(path, [1], token);
                await File.WriteAllBytesAsync(path + ".journal", [2], token);
            },
            Cancel);
        Files().Should().Equal(TestStore.PathOf(_folder, first.Digest));
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "unfinished")).Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_is_created_before_something_is_stored()
    {
        var store = TestStore.Open(_folder);
        (await store.ExistsAsync(Sha256.Hex("x"), Cancel)).Should().BeFalse();
        await FluentActions.Awaiting(() => store.OpenAsync(Sha256.Hex("x"), Cancel)).Should().ThrowAsync<NotFoundException>();
        Directory.Exists(_folder).Should().BeFalse();
    }

    [Fact]
    public async Task Only_the_owner_may_enter_and_nobody_may_write_what_is_stored()
    {
        if (OperatingSystem.IsWindows()) return; // there the folder's own rights hold
        var store = TestStore.Open(_folder);
        var path = string.Empty;
        UnixFileMode? mode = null;
        var stored = await store.PutFileAsync(
            async (file, token) =>
            {
                path = file;
                if (!OperatingSystem.IsWindows()) mode = File.GetUnixFileMode(Path.GetDirectoryName(file)!);
                await File.WriteAllBytesAsync(file, [1], token);
            },
            Cancel);
        mode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        path.Should().StartWith(_folder, "a rename is atomic within one file system only");
        File.GetUnixFileMode(TestStore.PathOf(_folder, stored.Digest)).Should().Be(UnixFileMode.UserRead);
        File.GetUnixFileMode(_folder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_failed_or_cancelled_write_leaves_no_file()
    {
        var store = TestStore.Open(_folder);
        await FluentActions.Awaiting(() => store.PutFileAsync(
            async (path, token) =>
            {
                await File.WriteAllTextAsync(path, "half", token);
                throw new IOException("No space left on device");
            },
            Cancel)).Should().ThrowAsync<IOException>().WithMessage("No space*");
        using var stop = new CancellationTokenSource();
        await FluentActions.Awaiting(() => store.PutFileAsync(
            async (path, token) =>
            {
                await File.WriteAllTextAsync(path, "half", token);
                await stop.CancelAsync();
            },
            stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "unfinished")).Should().BeEmpty();
        Files().Should().BeEmpty();
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_file_is_not_stored()
    {
        if (OperatingSystem.IsWindows()) return; // links need a privilege there
        var store = TestStore.Open(_folder);
        await FluentActions.Awaiting(() => store.PutFileAsync(
            (path, _) =>
            {
                File.CreateSymbolicLink(path, "/etc/passwd");
                return Task.CompletedTask;
            },
            Cancel)).Should().ThrowAsync<StoreException>();
        Files().Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_was_verified_is_not_hashed_again_until_it_changes()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var store = TestStore.Open(_folder, time);
        var stored = await store.PutAsync(new MemoryStream(new byte[1000]), Cancel);
        time.Advance(TimeSpan.FromMinutes(1)); // long after the writing
        await store.GetLocalPathAsync(stored.Digest, Cancel);
        var path = TestStore.PathOf(_folder, stored.Digest);
        var written = File.GetLastWriteTimeUtc(path);
        TestStore.Damage(_folder, stored.Digest);

        File.SetLastWriteTimeUtc(path, written);
        await store.GetLocalPathAsync(stored.Digest, Cancel); // the same length and times: taken as it was, which is what makes reading a large file cheap
        await FluentActions.Awaiting(() => TestStore.Open(_folder, time).GetLocalPathAsync(stored.Digest, Cancel))
            .Should().ThrowAsync<ArtifactCorruptException>("another process has not verified it yet");

        File.Move(path + ".damaged", path); // where it was set aside
        File.SetLastWriteTimeUtc(path, written.AddSeconds(1));
        await FluentActions.Awaiting(() => store.OpenAsync(stored.Digest, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
    }

    [Fact]
    public async Task A_file_that_was_written_just_now_is_hashed_at_each_reading()
    {
        var store = TestStore.Open(_folder, new FakeTimeProvider(DateTimeOffset.UtcNow.AddSeconds(1)));
        var stored = await store.PutAsync(new MemoryStream(new byte[1000]), Cancel);
        var path = await store.GetLocalPathAsync(stored.Digest, Cancel);
        var written = File.GetLastWriteTimeUtc(path);
        TestStore.Damage(_folder, stored.Digest);
        File.SetLastWriteTimeUtc(path, written);
        await FluentActions.Awaiting(() => store.GetLocalPathAsync(stored.Digest, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
    }

    [Fact]
    public async Task Every_flipped_byte_of_a_file_is_found()
    {
        var content = new byte[300];
        new Random(1).NextBytes(content);
        var stored = await TestStore.Open(_folder).PutAsync(new MemoryStream(content), Cancel);
        var path = TestStore.PathOf(_folder, stored.Digest);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        else File.SetAttributes(path, FileAttributes.Normal);
        for (var i = 0; i < content.Length; i++)
        {
            var damaged = (byte[])content.Clone();
            damaged[i] ^= (byte)(1 << (i % 8));
            await File.WriteAllBytesAsync(path, damaged, Cancel);
            await FluentActions.Awaiting(() => TestStore.Open(_folder).OpenAsync(stored.Digest, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
        }
    }

    [Fact]
    public async Task Damage_is_logged()
    {
        var logger = new FakeLogger<FileArtifactStore>();
        var store = TestStore.Open(_folder, logger: logger);
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        TestStore.Damage(_folder, stored.Digest);
        await FluentActions.Awaiting(() => store.OpenAsync(stored.Digest, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
        logger.LatestRecord.Message.Should().Contain(stored.Digest);
    }

    [Fact]
    public async Task What_is_damaged_is_set_aside_and_what_is_whole_comes_back()
    {
        var store = TestStore.Open(_folder);
        var stored = await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        var path = TestStore.PathOf(_folder, stored.Digest);
        TestStore.Damage(_folder, stored.Digest);
        await FluentActions.Awaiting(() => store.OpenAsync(stored.Digest, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
        Files().Should().Equal(path + ".damaged");

        await File.WriteAllBytesAsync(path + ".damaged", [1, 2, 3], Cancel); // as when another process had mended it just before
        (await store.GetLocalPathAsync(stored.Digest, Cancel)).Should().Be(path);
        Files().Should().Equal(path);

        TestStore.Damage(_folder, stored.Digest);
        await store.PutAsync(new MemoryStream([1, 2, 3]), Cancel);
        Files().Should().Equal([path], "what was damaged is not needed any more");
    }

    [Fact]
    public async Task What_a_killed_writer_left_is_removed_when_it_is_old()
    {
        var old = Directory.CreateDirectory(Path.Combine(_folder, "unfinished", "old")).FullName;
        var young = Directory.CreateDirectory(Path.Combine(_folder, "unfinished", "young")).FullName;
        var slow = Directory.CreateDirectory(Path.Combine(_folder, "unfinished", "slow")).FullName;
        foreach (var room in (string[])[old, young, slow]) await File.WriteAllTextAsync(Path.Combine(room, "content"), "half", Cancel);
        var now = DateTimeOffset.UtcNow.AddDays(2);
        Directory.SetLastWriteTimeUtc(young, now.UtcDateTime.AddHours(-1));
        File.SetLastWriteTimeUtc(Path.Combine(slow, "content"), now.UtcDateTime.AddHours(-23)); // still being written to
        await TestStore.Open(_folder, new FakeTimeProvider(now)).PutAsync(new MemoryStream([1]), Cancel);
        Directory.Exists(old).Should().BeFalse();
        Directory.Exists(young).Should().BeTrue();
        Directory.Exists(slow).Should().BeTrue();
    }

    [Fact]
    public async Task A_store_opens_while_another_is_being_written_to()
    {
        var (writer, content) = (TestStore.Open(_folder), new byte[8]);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0L; !stop.IsCancellationRequested; i++) await writer.PutAsync(new MemoryStream(BitConverter.GetBytes(i % 16)), Cancel);
            },
            Cancel);
        for (var i = 0; i < 300; i++) await TestStore.Open(_folder).PutAsync(new MemoryStream(content), Cancel);
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => writing).Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_store_error()
    {
        var file = Path.GetDirectoryName(_folder) + "/file";
        await File.WriteAllTextAsync(file, "x", Cancel);
        var put = () => TestStore.Open(Path.Combine(file, "artifacts")).PutAsync(new MemoryStream([1]), Cancel);
        (await put.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain(file);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_file_is_a_store_error()
    {
        var store = TestStore.Open(_folder);
        Directory.CreateDirectory(TestStore.PathOf(_folder, Sha256.Hex("x")));
        await FluentActions.Awaiting(() => store.OpenAsync(Sha256.Hex("x"), Cancel)).Should().ThrowAsync<StoreException>();
        await FluentActions.Awaiting(() => store.PutAsync(new MemoryStream("x"u8.ToArray()), Cancel)).Should().ThrowAsync<StoreException>();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "unfinished")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_disk_without_room_is_a_store_error_and_leaves_nothing()
    {
        if (OperatingSystem.IsWindows()) return; // no limit on the size of files there
        var test = Path.ChangeExtension(typeof(TestStore).Assembly.Location, null);
        using var writer = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" put \"$1\" 5000000", test, _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_EnableWriteXorExecute"] = "0" }, // both write files of their own
        })!;
        var (output, error) = (writer.StandardOutput.ReadToEndAsync(Cancel), writer.StandardError.ReadToEndAsync(Cancel));
        await writer.WaitForExitAsync(Cancel);
        writer.ExitCode.Should().Be(3, "it said: {0}{1}", await output, await error);
        (await output).Should().Contain("limit is reached").And.Contain(_folder);
        Files().Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "unfinished")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_killed_writer_leaves_nothing_under_a_digest()
    {
        var test = Path.ChangeExtension(typeof(TestStore).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        using var writer = Process.Start(new ProcessStartInfo(test, ["put", _folder, $"{long.MaxValue}"])
        {
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // who is killed leaves the runtime's files
        })!;
        while (Files().Length == 0 && !writer.HasExited) await Task.Yield();
        writer.HasExited.Should().BeFalse("it is given no end");
        writer.Kill();
        await writer.WaitForExitAsync(Cancel);
        Files().Should().OnlyContain(f => f.StartsWith(Path.Combine(_folder, "unfinished"), StringComparison.Ordinal));
        var later = TestStore.Open(_folder, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(2)));
        await later.PutAsync(new MemoryStream([1]), Cancel);
        Files().Should().ContainSingle("what was left is removed");
    }

    private string[] Files() => Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*", SearchOption.AllDirectories) : [];
}
