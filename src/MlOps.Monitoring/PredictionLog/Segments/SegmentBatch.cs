namespace MlOps.Monitoring;

/// <summary>Records that go to the store together. The queue adds chunks and records, the consumer reads them.</summary>
internal sealed class SegmentBatch(long number, string name)
{
    private readonly List<SegmentChunk> _chunks = [];
    private int _chunk;
    private int _at = SegmentChunk.HeaderBytes;

    public long Number => number;

    /// <summary>Gets the name under which its rows come into the store.</summary>
    public string Name => name;

    /// <summary>Gets or sets how many rows it has; guarded by the queue.</summary>
    public int Rows { get; set; }

    /// <summary>Gets or sets whether nothing more is added; guarded by the queue.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Gets the chunk that is written to; guarded by the queue.</summary>
    public SegmentChunk? Last => _chunks.Count == 0 ? null : _chunks[^1];

    /// <summary>Gets whether all of it survives the process.</summary>
    public bool IsProtected => _chunks.TrueForAll(c => c.Path is not null);

    public void Add(SegmentChunk chunk)
    {
        chunk.Begin(number, _chunks.Count);
        _chunks.Add(chunk);
    }

    /// <summary>Gives the chunk that is read and where, when there is more to read in it.</summary>
    public SegmentChunk? Readable(Lock gate)
    {
        while (true)
        {
            SegmentChunk? chunk;
            bool isDone;
            lock (gate)
            {
                chunk = _chunk < _chunks.Count ? _chunks[_chunk] : null;
                isDone = _chunk < _chunks.Count - 1;
            }

            if (chunk is null) return null;
            if (_at < chunk.End) return chunk;
            if (!isDone) return null;
            _chunk++;
            _at = SegmentChunk.HeaderBytes;
        }
    }

    /// <summary>Gives the next record of the chunk that is read.</summary>
    public ReadOnlySpan<byte> Read(SegmentChunk chunk) => chunk.Record(ref _at);

    public bool CanRead(SegmentChunk chunk) => _at < chunk.End;

    /// <summary>Takes its chunks; its rows are in the store, or given up.</summary>
    public IReadOnlyList<SegmentChunk> TakeChunks()
    {
        SegmentChunk[] chunks = [.. _chunks];
        _chunks.Clear();
        return chunks;
    }

    /// <summary>Lets go of it and leaves its files for the next start.</summary>
    public void Abandon()
    {
        foreach (var chunk in _chunks) chunk.Abandon();
        _chunks.Clear();
    }
}
