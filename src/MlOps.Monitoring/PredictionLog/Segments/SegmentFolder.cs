using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>Where the processes that log to one folder keep what is not in the store yet: a folder for each, with a lock that ends with the process.</summary>
internal sealed class SegmentFolder(string root) : IDisposable
{
    private const string LockName = "lock";
    private const string ChunkSuffix = ".wal";
    private readonly Lock _gate = new();
    private FileStream? _lock;
    private string? _own;
    private long _next;

    /// <summary>Gets what this process is called among those that use the folder.</summary>
    public string Instance { get; private set; } = Guid.CreateVersion7().ToString("n");

    /// <summary>Makes the next file.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public SegmentChunk Create(int size)
    {
        var number = Interlocked.Increment(ref _next);
        return SegmentChunk.Map(Path.Combine(Own(), number.ToString("x16", CultureInfo.InvariantCulture) + ChunkSuffix), size);
    }

    /// <summary>Takes what processes have left that are no more. Whoever takes it has it alone, until it is disposed.</summary>
    public IEnumerable<AbandonedSegments> TakeAbandoned()
    {
        if (!Directory.Exists(root)) yield break;
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).ToArray())
        {
            if (folder != _own && TryLock(folder) is { } held) yield return new(folder, held, ChunksOf(folder));
        }
    }

    /// <summary>Lists the batches of all processes that are not in the store for good, as <see cref="BatchName"/> calls them.</summary>
    public HashSet<string> ListOpen()
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        if (!Directory.Exists(root)) return open;
        var header = new byte[SegmentChunk.HeaderBytes];
        foreach (var file in Directory.EnumerateFiles(root, "*" + ChunkSuffix, SearchOption.AllDirectories))
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                if (SegmentChunk.ReadHeader(header.AsSpan(0, stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false))) is { } found) open.Add(BatchName(Path.GetFileName(Path.GetDirectoryName(file))!, found.Batch));
            }
            catch (FileNotFoundException)
            {
                // Meanwhile it is in the store.
            }
        }

        return open;
    }

    /// <summary>Gives the name under which the rows of a batch come into the store.</summary>
    public static string BatchName(string instance, long batch) => string.Create(CultureInfo.InvariantCulture, $"{instance}.{batch:x}");

    /// <summary>Removes the folder of this process when nothing is left in it.</summary>
    public void Dispose()
    {
        if (_own is null) return;
        _lock!.Dispose();
        if (Directory.Exists(_own)) Remove(_own, isEmpty: ChunksOf(_own).Count == 0);
    }

    internal static List<string> ChunksOf(string folder) => [.. Directory.EnumerateFiles(folder, "*" + ChunkSuffix).Order(StringComparer.Ordinal)];

    internal static void Remove(string folder, bool isEmpty)
    {
        if (!isEmpty) return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty folder harms nobody, and the next start tries again.
        }
    }

    private static FileStream? TryLock(string folder)
    {
        try
        {
            return new(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // somebody has it, or has just removed it
        }
    }

    private string Own()
    {
        lock (_gate)
        {
            while (_own is null)
            {
                var folder = Directory.CreateDirectory(Path.Combine(root, Instance)).FullName;
                var own = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                (_lock, _own) = (own, folder);
            }

            return _own;
        }
    }
}

/// <summary>What a process left that is no more.</summary>
internal sealed class AbandonedSegments(string folder, FileStream held, IReadOnlyList<string> chunks) : IDisposable
{
    private readonly List<string> _left = [.. chunks];

    public string Instance => Path.GetFileName(folder);

    /// <summary>Gets its batches in the order in which they were begun, with the files of each.</summary>
    public IEnumerable<AbandonedBatch> Batches()
    {
        var header = new byte[SegmentChunk.HeaderBytes];
        var found = new List<(long Batch, int Index, string File)>();
        foreach (var file in chunks)
        {
            using var stream = File.OpenRead(file);
            if (SegmentChunk.ReadHeader(header.AsSpan(0, stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false))) is { } known) found.Add((known.Batch, known.Index, file));
        }

        foreach (var spare in chunks.Except(found.Select(f => f.File)).ToArray()) Remove(spare); // was made and not used
        foreach (var batch in found.GroupBy(f => f.Batch).OrderBy(b => b.Key)) yield return new(batch.Key, SegmentFolder.BatchName(Instance, batch.Key), [.. batch.OrderBy(c => c.Index).Select(c => c.File)]);
    }

    /// <summary>Removes a batch that is in the store.</summary>
    public void Remove(AbandonedBatch batch)
    {
        foreach (var file in batch.Files) Remove(file);
    }

    public void Dispose()
    {
        held.Dispose();
        SegmentFolder.Remove(folder, _left.Count == 0);
    }

    private void Remove(string file)
    {
        File.Delete(file);
        _left.Remove(file);
    }
}

/// <summary>A batch that a process left that is no more.</summary>
/// <param name="Number">Which one of the process.</param>
/// <param name="Name">What it is called in the store.</param>
/// <param name="Files">Its chunks, in order.</param>
internal sealed record AbandonedBatch(long Number, string Name, IReadOnlyList<string> Files);
