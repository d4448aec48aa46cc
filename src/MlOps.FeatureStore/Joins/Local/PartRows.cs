using Apache.Arrow;
using Array = System.Array;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>The rows of a part of a join: of each one the number of its entity, and its time.</summary>
/// <param name="keys">The join keys.</param>
internal sealed class PartRows(IEnumerable<Column> keys)
{
    private int[] _entities = [];
    private long[] _times = [];

    /// <summary>Gets the number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the entities.</summary>
    public KeyTable Keys { get; } = new(keys);

    /// <summary>Gets the number of each row's entity; <see cref="KeyTable.None"/> for none.</summary>
    public ReadOnlySpan<int> Entities => _entities.AsSpan(0, Count);

    /// <summary>Gets the time of each row.</summary>
    public ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    /// <summary>Adds rows.</summary>
    /// <param name="columns">The columns that hold the join keys.</param>
    /// <param name="times">The time of each row.</param>
    public void Add(IReadOnlyList<IArrowArray> columns, ReadOnlySpan<long> times)
    {
        if (times.Length == 0) return;
        var rows = checked(Count + times.Length);
        if (rows > _times.Length)
        {
            var room = (int)Math.Min(Math.Max(2L * _times.Length, rows), Array.MaxLength);
            Array.Resize(ref _times, room);
            Array.Resize(ref _entities, room);
        }

        times.CopyTo(_times.AsSpan(Count));
        Keys.Add(columns, _entities.AsSpan(Count, times.Length));
        Count = rows;
    }

    /// <summary>Lets go of the numbers of the entities.</summary>
    public void DropEntities() => _entities = [];
}
