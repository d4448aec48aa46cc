using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Artifacts as files: <c>sha256/ab/abcd…</c> under the store's folder.</summary>
/// <remarks>
/// A file is written under <c>unfinished</c>, in a folder that only its owner may enter, flushed to the disk, made read-only and renamed to its digest.
/// Reading hashes it. A file that was hashed before by this process is not hashed again while its length, times of creation and last write are the
/// same, except when it was last written less than two seconds before: then a change might not show in its times. So damage done while no process of
/// ours looked is always found, and a change behind the back of a running process is found unless the culprit also set the times back.
/// Storing bytes again sets the time of the last write, by which the collector sees that they are wanted.
/// A damaged file is renamed to <c>abcd….damaged</c>, so that it counts as gone and is made again, until the same bytes are stored once more.
/// </remarks>
internal sealed class FileArtifactStore(string folder, TimeSpan leftoverAge, TimeProvider time, ILogger<FileArtifactStore> logger) : IArtifactStore
{
    private const int BufferSize = 256 * 1024;
    private const int FileTooLarge = 27;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan TimesMayLie = TimeSpan.FromSeconds(2);

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly ConcurrentDictionary<string, Stamp> _verified = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private volatile bool _isOpen;

    private string Unfinished => Path.Combine(_folder, "unfinished");

    public Task<ArtifactRef> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return WriteAsync(path => CopyAsync(content, path, cancellationToken), cancellationToken);
    }

    public Task<ArtifactRef> PutFileAsync(Func<string, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        return WriteAsync(
            async path =>
            {
                await write(path, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                return await SealAsync(path, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);
    }

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken = default) => GuardAsync<Stream>(async () => await OpenVerifiedAsync(digest, cancellationToken).ConfigureAwait(false));

    public Task<string> GetLocalPathAsync(string digest, CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            var stream = await OpenVerifiedAsync(digest, cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
            return PathOf(digest);
        });

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Sha256.IsDigest(digest) && File.Exists(PathOf(digest)));
    }

    public async IAsyncEnumerable<StoredArtifact> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var shelf in Guard(() => Shelves()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var artifact in Guard(() => ListShelf(shelf))) yield return artifact;
            await Task.Yield();
        }
    }

    public Task<bool> DeleteAsync(string digest, DateTimeOffset storedBefore, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Sha256.IsDigest(digest) ? Task.FromResult(Guard(() => Delete(digest, storedBefore))) : Task.FromResult(false);
    }

    // Only text that was checked to be a digest comes here: nothing from outside becomes a path.
    private string PathOf(string digest) => Path.Combine(_folder, "sha256", digest[..2], digest);

    private string AsideOf(string digest) => PathOf(digest) + ".damaged";

    private async Task<ArtifactRef> WriteAsync(Func<string, Task<ArtifactRef>> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_isOpen) Guard(OpenOnce);
        var room = Path.Combine(Unfinished, Path.GetRandomFileName());
        try
        {
            Guard(() => CreateFolder(room));
            var path = Path.Combine(room, "content");
            var written = await write(path).ConfigureAwait(false);
            return await GuardAsync(() => CommitAsync(path, written, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            Remove(room);
        }
    }

    // Errors of the source are the caller's and pass as they are; errors of our file become errors of the store.
    private async Task<ArtifactRef> CopyAsync(Stream source, string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var file = Guard(() => new FileStream(path, options));
            await using var _ = file.ConfigureAwait(false);
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                await GuardAsync(() => AppendAsync(file, buffer.AsMemory(0, count), cancellationToken)).ConfigureAwait(false);
            }

            Guard(() => file.Flush(flushToDisk: true));
            return new(Convert.ToHexStringLower(hash.GetCurrentHash()), file.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<long> AppendAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return file.Position;
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException(e.Message, FileTooLarge); // what the runtime makes of EFBIG
        }
    }

    // Hashes and flushes a file that the caller wrote.
    private Task<ArtifactRef> SealAsync(string path, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (!File.Exists(path) || new FileInfo(path).LinkTarget is not null)
            throw new StoreException("The writer was to make a file and made none. Write to the path that it is given.");
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.Asynchronous);
        await using var _ = file.ConfigureAwait(false);
        var digest = await HashAsync(file.SafeFileHandle, cancellationToken).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
        return new ArtifactRef(digest, file.Length);
    });

    private async Task<ArtifactRef> CommitAsync(string path, ArtifactRef written, CancellationToken cancellationToken)
    {
        var target = PathOf(written.Digest);
        CreateFolder(Path.GetDirectoryName(target)!);
        if (await IsGoodAsync(written.Digest, cancellationToken).ConfigureAwait(false) && TryTouch(target)) return written;
        cancellationToken.ThrowIfCancellationRequested();
        File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        if (OperatingSystem.IsWindows())
        {
            if (File.Exists(target)) File.SetAttributes(target, FileAttributes.Normal);
            File.SetAttributes(path, FileAttributes.ReadOnly);
        }
        else
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
        }

        File.Move(path, target, overwrite: true); // mends what was damaged
        Remove(AsideOf(written.Digest));
        return written;
    }

    private string[] Shelves() => Directory.Exists(Path.Combine(_folder, "sha256")) ? Directory.GetDirectories(Path.Combine(_folder, "sha256")) : [];

    private static List<StoredArtifact> ListShelf(string shelf)
    {
        var artifacts = new List<StoredArtifact>();
        foreach (var file in new DirectoryInfo(shelf).EnumerateFiles())
        {
            if (!Sha256.IsDigest(file.Name)) continue;
            try
            {
                artifacts.Add(new(new(file.Name, file.Length), file.LastWriteTimeUtc));
            }
            catch (FileNotFoundException)
            {
                // It was deleted since.
            }
        }

        return artifacts;
    }

    // A file is moved away before it is deleted. Whoever stores the same bytes in between either finds them gone and writes them, or has touched them before, which shows.
    private bool Delete(string digest, DateTimeOffset storedBefore)
    {
        var path = PathOf(digest);
        if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) >= storedBefore.UtcDateTime) return false;
        if (!_isOpen) OpenOnce();
        var room = Path.Combine(Unfinished, Path.GetRandomFileName());
        CreateFolder(room);
        var away = Path.Combine(room, "deleted");
        try
        {
            File.Move(path, away);
            _verified.TryRemove(digest, out _);
            if (File.GetLastWriteTimeUtc(away) >= storedBefore.UtcDateTime)
            {
                if (!File.Exists(path)) File.Move(away, path, overwrite: true);
                return false;
            }

            if (OperatingSystem.IsWindows()) File.SetAttributes(away, FileAttributes.Normal);
            File.Delete(away);
            Remove(AsideOf(digest));
            return true;
        }
        catch (FileNotFoundException)
        {
            return false; // somebody else deleted it
        }
        finally
        {
            Remove(room);
        }
    }

    private bool TryTouch(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) File.SetAttributes(path, FileAttributes.Normal);
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
            if (OperatingSystem.IsWindows()) File.SetAttributes(path, FileAttributes.ReadOnly);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false; // it was deleted since
        }
    }

    private async Task<bool> IsGoodAsync(string digest, CancellationToken cancellationToken)
    {
        try
        {
            var known = await OpenVerifiedAsync(digest, cancellationToken).ConfigureAwait(false);
            await known.DisposeAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is NotFoundException or ArtifactCorruptException)
        {
            return false;
        }
    }

    private async Task<FileStream> OpenVerifiedAsync(string digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Sha256.IsDigest(digest)) throw new NotFoundException("artifact", digest);
        if (await OpenVerifiedAsync(PathOf(digest), digest, cancellationToken).ConfigureAwait(false) is { } stream) return stream;
        if (await OpenVerifiedAsync(AsideOf(digest), digest, cancellationToken).ConfigureAwait(false) is not { } whole)
            throw new NotFoundException("artifact", digest, $"It was never stored in '{_folder}', or it was removed since.");
        File.Move(whole.Name, PathOf(digest), overwrite: true); // it was mended by another process just before this one set it aside
        return whole;
    }

    private async Task<FileStream?> OpenVerifiedAsync(string path, string digest, CancellationToken cancellationToken)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
            var stamp = Stamp.Of(stream);
            if (_verified.TryGetValue(digest, out var known) && known == stamp) return stream;
            var actual = await HashAsync(stream.SafeFileHandle, cancellationToken).ConfigureAwait(false);
            if (actual != digest)
            {
                logger.Damaged(path, actual);
                SetAside(path, digest);
                throw new ArtifactCorruptException(PathOf(digest), digest, actual);
            }

            if (time.GetUtcNow() - stamp.WrittenAt > TimesMayLie) _verified[digest] = stamp;
            return stream;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // What is damaged does not exist any more for those who ask whether they must make it again.
    private void SetAside(string path, string digest)
    {
        try
        {
            if (path != AsideOf(digest)) File.Move(path, AsideOf(digest), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.CannotSetAside(path, e);
        }
    }

    // On one thread from end to end: a turn of another for each buffer would cost a good part of what hashing it does.
    private static Task<string> HashAsync(SafeFileHandle file, CancellationToken cancellationToken) => Task.Run(() => Hash(file, cancellationToken), cancellationToken);

    private static string Hash(SafeFileHandle file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (at, count) = (0L, 0);
            while ((count = RandomAccess.Read(file, buffer, at)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                at += count;
            }

            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void OpenOnce()
    {
        lock (_opening)
        {
            if (_isOpen) return;
            foreach (var path in (string[])[_folder, Unfinished, Path.Combine(_folder, "sha256")]) CreateFolder(path); // one by one: only the last of a path gets the mode
            var oldest = time.GetUtcNow().UtcDateTime - leftoverAge;
            foreach (var room in Directory.EnumerateDirectories(Unfinished))
            {
                if (LastWriteOf(room) <= oldest && Remove(room)) logger.RemovedLeftover(room);
            }

            _isOpen = true;
        }
    }

    private static DateTime? LastWriteOf(string room)
    {
        try
        {
            return new DirectoryInfo(room).EnumerateFiles().Select(file => file.LastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(room)).Max();
        }
        catch (DirectoryNotFoundException)
        {
            return null; // its writer has just ended
        }
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }

    private bool Remove(string room)
    {
        try
        {
            if (Directory.Exists(room)) Directory.Delete(room, recursive: true);
            else File.Delete(room);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.CannotRemove(room, e);
            return false;
        }
    }

    private void Guard(Action work) => Guard(() =>
    {
        work();
        return true;
    });

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    private StoreException Failed(Exception error) => error is IOException && IsFull(error.HResult)
        ? new($"The disk of the artifact store '{_folder}' is full or a limit is reached: {error.Message} Nothing was stored. Make room and try again.", error)
        : new($"The artifact store '{_folder}' failed: {error.Message} Nothing was stored. Check the path and the rights on the folder.", error);

    // Windows: disk full, handle disk full. Unix, where the runtime passes errno on: EFBIG, ENOSPC, EDQUOT of Linux and of macOS.
    private static bool IsFull(int code) => OperatingSystem.IsWindows() ? (code & 0xFFFF) is 0x70 or 0x27 : code is FileTooLarge or 28 or 122 or 69;

    /// <summary>What a file looked like when it was hashed.</summary>
    private readonly record struct Stamp(long Length, DateTimeOffset WrittenAt, DateTimeOffset CreatedAt)
    {
        public static Stamp Of(FileStream stream) =>
            new(stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle), File.GetCreationTimeUtc(stream.SafeFileHandle));
    }
}
