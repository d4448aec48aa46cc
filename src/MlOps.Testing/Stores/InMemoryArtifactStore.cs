using System.Collections.Concurrent;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>An artifact store that forgets everything with the process. Thread-safe.</summary>
/// <param name="time">The clock that says when bytes were stored; null for the system's.</param>
/// <remarks>Files that engines need lie in a private temporary folder, which <see cref="Dispose"/> removes.</remarks>
public sealed class InMemoryArtifactStore(TimeProvider? time = null) : IArtifactStore, IDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _contents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _storedAt = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lazy<string> _folder = new(() => Directory.CreateTempSubdirectory("mlops-artifacts-").FullName); // mode 0700
    private readonly SemaphoreSlim _files = new(1, 1);

    /// <inheritdoc/>
    public async Task<ArtifactRef> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellationToken).ConfigureAwait(false);
        return Keep(memory.ToArray());
    }

    /// <inheritdoc/>
    public async Task<ArtifactRef> PutFileAsync(Func<string, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        var path = Path.Combine(_folder.Value, Path.GetRandomFileName());
        try
        {
            await write(path, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (!File.Exists(path)) throw new StoreException("The writer was to make a file and made none. Write to the path that it is given.");
            return Keep(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream>(new MemoryStream(Get(digest), writable: false));
    }

    /// <inheritdoc/>
    public async Task<string> GetLocalPathAsync(string digest, CancellationToken cancellationToken = default)
    {
        var content = Get(digest);
        var path = Path.Combine(_folder.Value, digest);
        await _files.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (File.Exists(path))
            {
                var actual = Sha256.Hex(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
                return actual == digest ? path : throw new ArtifactCorruptException(path, digest, actual);
            }

            var unfinished = path + ".unfinished";
            await File.WriteAllBytesAsync(unfinished, content, cancellationToken).ConfigureAwait(false);
            File.Move(unfinished, path, overwrite: true);
            return path;
        }
        finally
        {
            _files.Release();
        }
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Sha256.IsDigest(digest) && _contents.TryGetValue(digest, out var content) && Sha256.Hex(content) == digest);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredArtifact> ListAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _contents.Select(c => new StoredArtifact(new(c.Key, c.Value.LongLength), _storedAt[c.Key])).ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string digest, DateTimeOffset storedBefore, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_storedAt)
        {
            var isOld = Sha256.IsDigest(digest) && _storedAt.TryGetValue(digest, out var storedAt) && storedAt < storedBefore;
            return Task.FromResult(isOld && _contents.TryRemove(digest, out _));
        }
    }

    /// <summary>Damages stored bytes by flipping one bit, so that a test can see what happens then.</summary>
    /// <param name="digest">The digest that storing returned.</param>
    /// <param name="position">The byte, from 0.</param>
    /// <exception cref="NotFoundException">Nothing is stored under the digest.</exception>
    public void Damage(string digest, int position = 0)
    {
        if (!Sha256.IsDigest(digest) || !_contents.TryGetValue(digest, out var content)) throw new NotFoundException("artifact", digest);
        var damaged = (byte[])content.Clone();
        damaged[position] ^= 1;
        _contents[digest] = damaged;
    }

    /// <summary>Removes the temporary files.</summary>
    public void Dispose()
    {
        _files.Dispose();
        if (_folder.IsValueCreated && Directory.Exists(_folder.Value)) Directory.Delete(_folder.Value, recursive: true);
    }

    private ArtifactRef Keep(byte[] content)
    {
        var digest = Sha256.Hex(content);
        lock (_storedAt)
        {
            _storedAt[digest] = _time.GetUtcNow();
            _contents[digest] = content; // also mends damaged bytes
        }

        return new(digest, content.LongLength);
    }

    private byte[] Get(string digest)
    {
        if (!Sha256.IsDigest(digest) || !_contents.TryGetValue(digest, out var content)) throw new NotFoundException("artifact", digest);
        var actual = Sha256.Hex(content);
        return actual == digest ? content : throw new ArtifactCorruptException(digest, digest, actual);
    }
}
