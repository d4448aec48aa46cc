namespace MlOps.Core;

/// <summary>Keeps immutable bytes under their SHA-256 digest.</summary>
/// <remarks>
/// Implementations are thread-safe, also between processes. Writing is atomic: after a failure nothing is left under a digest.
/// What is read is verified; damaged bytes are never returned (<see cref="ArtifactCorruptException"/>).
/// </remarks>
public interface IArtifactStore
{
    /// <summary>Stores a stream.</summary>
    /// <param name="content">The bytes, read to the end. The caller disposes it.</param>
    /// <param name="cancellationToken">Stops the copy; nothing is stored then.</param>
    /// <returns>The digest and size. Storing the same bytes twice stores them once.</returns>
    Task<ArtifactRef> PutAsync(Stream content, CancellationToken cancellationToken = default);

    /// <summary>Lets the caller write a file of its own, then stores it.</summary>
    /// <param name="write">Writes the file at the given path, in a private folder on the store's own disk. When it throws, nothing is stored.</param>
    /// <param name="cancellationToken">Stops the work; nothing is stored then.</param>
    /// <returns>The digest and size.</returns>
    Task<ArtifactRef> PutFileAsync(Func<string, CancellationToken, Task> write, CancellationToken cancellationToken = default);

    /// <summary>Opens stored bytes for reading, from the start.</summary>
    /// <param name="digest">The digest that storing returned.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A seekable stream of verified bytes, which the caller disposes.</returns>
    /// <exception cref="NotFoundException">Nothing is stored under the digest.</exception>
    /// <exception cref="ArtifactCorruptException">The stored bytes are damaged.</exception>
    Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken = default);

    /// <summary>Gives a local file that holds the stored bytes, for engines that read files themselves.</summary>
    /// <param name="digest">The digest that storing returned.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The path of a verified file. It must not be changed and stays until the store's retention removes it.</returns>
    /// <exception cref="NotFoundException">Nothing is stored under the digest.</exception>
    /// <exception cref="ArtifactCorruptException">The stored bytes are damaged.</exception>
    Task<string> GetLocalPathAsync(string digest, CancellationToken cancellationToken = default);

    /// <summary>Says whether bytes are stored under a digest. They are not verified, but bytes that a reading has found damaged do not count until they are stored again.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>True when they are.</returns>
    Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken = default);

    /// <summary>Lists what is stored, in no order.</summary>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>The artifacts. What is stored or deleted while they are listed may be among them or not.</returns>
    IAsyncEnumerable<StoredArtifact> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes stored bytes, unless they were stored, or stored again, at or after a moment. Whether somebody still needs them is the caller's to know.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="storedBefore">The moment.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>True when they were deleted; false when they are not there or were stored too late.</returns>
    Task<bool> DeleteAsync(string digest, DateTimeOffset storedBefore, CancellationToken cancellationToken = default);
}
