using Apache.Arrow;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>A batch of events as <see cref="IEventReader"/> gives them, with its columns found.</summary>
internal sealed class EventBatch
{
    private readonly RecordBatch _batch;
    private readonly TimestampArray _times;
    private readonly TimestampArray? _created;

    public EventBatch(FeatureView view, RecordBatch batch)
    {
        _batch = batch;
        Keys = [.. view.Keys.Select(k => batch.Column(k.Name))];
        _times = (TimestampArray)batch.Column(EventColumns.EventTime);
        _created = view.CreatedTime is null ? null : (TimestampArray)batch.Column(EventColumns.CreatedTime);
    }

    /// <summary>Gets the number of events.</summary>
    public int Length => _batch.Length;

    /// <summary>Gets the columns of the join keys.</summary>
    public IReadOnlyList<IArrowArray> Keys { get; }

    /// <summary>Gets the event times.</summary>
    public ReadOnlySpan<long> Times => _times.Values;

    /// <summary>Gives the created times.</summary>
    /// <param name="scratch">Room for them where some are missing.</param>
    /// <returns>The times, <see cref="LatestEvents.Never"/> for a missing one; empty when the view has none.</returns>
    public ReadOnlySpan<long> CreatedTimes(EventScratch scratch)
    {
        if (_created is null) return default;
        if (_created.NullCount == 0) return _created.Values;
        var times = scratch.Times(Length);
        _created.Values.CopyTo(times);
        for (var i = 0; i < times.Length; i++)
        {
            if (_created.IsNull(i)) times[i] = LatestEvents.Never;
        }

        return times;
    }

    /// <summary>Gives columns by name.</summary>
    /// <param name="columns">The columns.</param>
    /// <returns>Their values.</returns>
    public IReadOnlyList<IArrowArray> Columns(IReadOnlyList<Column> columns) => [.. columns.Select(c => _batch.Column(c.Name))];
}

/// <summary>Room that a thread uses again for each batch of events.</summary>
internal sealed class EventScratch
{
    private ulong[] _hashes = [];
    private int[] _entities = [];
    private long[] _times = [];

    public Span<ulong> Hashes(int length) => Of(ref _hashes, length);

    public Span<int> Entities(int length) => Of(ref _entities, length);

    public Span<long> Times(int length) => Of(ref _times, length);

    private static Span<T> Of<T>(ref T[] room, int length)
    {
        if (room.Length < length) room = new T[length];
        return room.AsSpan(0, length);
    }
}
