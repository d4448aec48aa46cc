using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Monitoring;

/// <summary>A piece of the queue: memory, or a file that the process writes as memory, so that what it holds is still there when the process is killed. One writes at a time; another may read what is finished.</summary>
/// <remarks>
/// Behind the header one record follows the other: its length, its check sum, its bytes; a length of zero ends the chunk. The length is written last, when the end behind it stands already, so a process that is killed
/// leaves whole records and an end. Chunks are used again: what an earlier batch left behind the end has check sums of that batch.
/// </remarks>
internal sealed unsafe class SegmentChunk : IDisposable
{
    public const int HeaderBytes = 64;
    public const int RecordHeaderBytes = 8;
    private const int EndBytes = 4;
    private const int PageBytes = 4_096;
    private const ulong Magic = 0x31_47_4F_4C_53_50_4F_4C; // LOPSLOG1
    private static readonly byte[] Zeros = new byte[128 * 1_024];

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private int _end = HeaderBytes;
    private uint _salt;

    private SegmentChunk(string? path, MemoryMappedFile? file, int size)
    {
        (Path, _file, Size) = (path, file, size);
        if (file is null)
        {
            _start = (byte*)NativeMemory.AllocZeroed((nuint)size);
            return;
        }

        _view = file.CreateViewAccessor(0, size);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Gets the file; null for memory.</summary>
    public string? Path { get; }

    public int Size { get; }

    /// <summary>Gets where the finished records end.</summary>
    public int End => Volatile.Read(ref _end);

    public static SegmentChunk Allocate(int size)
    {
        var chunk = new SegmentChunk(null, null, size);
        chunk.TouchPages();
        return chunk;
    }

    /// <summary>Makes a file and maps it. Its room on the disk is taken at once: a disk that is full must refuse here, and not when a page is written.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made.</exception>
    public static SegmentChunk Map(string path, int size)
    {
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        MemoryMappedFile? file = null;
        try
        {
            for (var at = 0; at < size; at += Zeros.Length) RandomAccess.Write(stream.SafeFileHandle, Zeros.AsSpan(0, Math.Min(Zeros.Length, size - at)), at);
            file = MemoryMappedFile.CreateFromFile(stream, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            var chunk = new SegmentChunk(path, file, size);
            chunk.TouchPages();
            return chunk;
        }
        catch (Exception e)
        {
            file?.Dispose();
            stream.Dispose();
            File.Delete(path);
            if (DurableFile.MayNotGrow(e)) throw new IOException(e.Message, e);
            throw;
        }
    }

    /// <summary>Gives how large a chunk must be for a record.</summary>
    public static int SizeFor(int length) => checked(HeaderBytes + RecordHeaderBytes + length + EndBytes);

    /// <summary>Says which batch it belongs to, and which of its chunks it is.</summary>
    public void Begin(long batch, int index)
    {
        Reset();
        _salt = SaltOf(batch);
        var header = new Span<byte>(_start, HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], batch);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], index);
        Volatile.Write(ref Unsafe.AsRef<ulong>(_start), Magic);
    }

    /// <summary>Makes it one that was never begun.</summary>
    public void Reset()
    {
        Volatile.Write(ref Unsafe.AsRef<ulong>(_start), 0);
        Volatile.Write(ref Unsafe.AsRef<int>(_start + HeaderBytes), 0);
        Volatile.Write(ref _end, HeaderBytes);
    }

    public bool Fits(int length) => Size - _end >= RecordHeaderBytes + length + EndBytes;

    /// <summary>Adds a record, which must fit.</summary>
    public void Append(ReadOnlySpan<byte> record, uint sum)
    {
        var at = _start + _end;
        record.CopyTo(new Span<byte>(at + RecordHeaderBytes, record.Length));
        Unsafe.WriteUnaligned(at + 4, sum ^ _salt);
        Unsafe.WriteUnaligned(at + RecordHeaderBytes + record.Length, 0);
        Thread.MemoryBarrier();
        Unsafe.WriteUnaligned(at, record.Length);
        Volatile.Write(ref _end, _end + RecordHeaderBytes + record.Length);
    }

    /// <summary>Gives a finished record.</summary>
    /// <param name="at">Where it begins; moved behind it.</param>
    public ReadOnlySpan<byte> Record(ref int at)
    {
        var length = Unsafe.ReadUnaligned<int>(_start + at);
        var record = new ReadOnlySpan<byte>(_start + at + RecordHeaderBytes, length);
        at += RecordHeaderBytes + length;
        return record;
    }

    /// <summary>Reads the header of a file.</summary>
    /// <returns>The batch and which of its chunks it is; null when it was never begun, or is no chunk.</returns>
    public static (long Batch, int Index)? ReadHeader(ReadOnlySpan<byte> file) =>
        file.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic ? null : (BinaryPrimitives.ReadInt64LittleEndian(file[8..]), BinaryPrimitives.ReadInt32LittleEndian(file[16..]));

    /// <summary>Finds the next whole record of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="batch">The batch of the file.</param>
    /// <param name="at">Where to look; moved behind the record.</param>
    /// <param name="isTorn">True when something is there that is neither a whole record nor the end; nothing can be read behind it.</param>
    /// <returns>Where the record lies; null when there is none.</returns>
    public static Range? NextRecord(ReadOnlySpan<byte> file, long batch, ref int at, out bool isTorn)
    {
        isTorn = file.Length - at < EndBytes; // it was cut off
        if (isTorn) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(file[at..]);
        if (length == 0) return null;
        isTorn = length < 0 || length > file.Length - at - RecordHeaderBytes
            || (Checksum.Of(file.Slice(at + RecordHeaderBytes, length)) ^ SaltOf(batch)) != BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
        if (isTorn) return null;

        var start = at + RecordHeaderBytes;
        at = start + length;
        return start..at;
    }

    /// <summary>Lets it go, and removes its file.</summary>
    public void Dispose()
    {
        Abandon();
        if (Path is not null) Remove(Path);
    }

    /// <summary>Lets it go and leaves its file for the next start.</summary>
    public void Abandon()
    {
        if (_view is null)
        {
            NativeMemory.Free(_start);
            return;
        }

        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file!.Dispose();
    }

    private static uint SaltOf(long batch) => unchecked((uint)batch * 0x9E37_79B1);

    // So that no request waits for the system to map a page.
    private void TouchPages()
    {
        for (var at = 0; at < Size; at += PageBytes) Volatile.Write(ref _start[at], 0);
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start finds it, and that its rows are in the store.
        }
    }
}
