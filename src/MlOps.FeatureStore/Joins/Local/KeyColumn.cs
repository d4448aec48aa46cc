using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;
using Array = System.Array;

namespace MlOps.FeatureStore;

/// <summary>The values of one join key, one for each known entity.</summary>
internal abstract class KeyColumn
{
    /// <summary>Makes a column.</summary>
    /// <param name="type">The type of the join key.</param>
    /// <returns>The column.</returns>
    /// <exception cref="DataException">A join key cannot be of this type.</exception>
    public static KeyColumn Of(ColumnType type) => type switch
    {
        ColumnType.Int64 or ColumnType.Date or ColumnType.Timestamp or ColumnType.Boolean => new Words(),
        ColumnType.String => new Texts(),
        _ => throw new DataException($"A join key cannot be of type {type}: Int64, String, Date, Timestamp or Boolean can."),
    };

    /// <summary>Mixes the values of a column into hashes.</summary>
    /// <param name="column">The column.</param>
    /// <param name="hashes">The hash of each row so far.</param>
    public abstract void Hash(IArrowArray column, Span<ulong> hashes);

    /// <summary>Takes the value of a row as that of the next entity.</summary>
    /// <param name="column">The column.</param>
    /// <param name="row">The row.</param>
    public abstract void Add(IArrowArray column, int row);

    /// <summary>Says whether the value of an entity is that of a row.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="column">The column.</param>
    /// <param name="row">The row.</param>
    /// <returns>True when it is.</returns>
    public abstract bool IsAt(int entity, IArrowArray column, int row);

    /// <summary>Scatters the bits of a word so that each word has another result.</summary>
    /// <param name="word">The word.</param>
    /// <returns>The result.</returns>
    protected static ulong Mix(ulong word)
    {
        word ^= word >> 32;
        word *= 0xd6e8feb86659fd93;
        word ^= word >> 32;
        word *= 0xd6e8feb86659fd93;
        return word ^ (word >> 32);
    }

    private sealed class Words : KeyColumn
    {
        private readonly List<long> _values = [];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Hash(IArrowArray column, Span<ulong> hashes)
        {
            long[] scratch = []; // of its own: several threads hash at once
            var values = ArrowValues.Bits(column, ref scratch);
            for (var i = 0; i < values.Length; i++) hashes[i] = Mix(hashes[i] + (ulong)values[i]);
        }

        public override void Add(IArrowArray column, int row) => _values.Add(Bit(column, row));

        public override bool IsAt(int entity, IArrowArray column, int row) => _values[entity] == Bit(column, row);

        private static long Bit(IArrowArray column, int row) => column switch
        {
            Int64Array values => values.Values[row],
            TimestampArray values => values.Values[row],
            Date32Array values => values.Values[row],
            _ => ((BooleanArray)column).GetValue(row) == true ? 1 : 0,
        };
    }

    private sealed class Texts : KeyColumn
    {
        private readonly List<int> _ends = [];
        private byte[] _bytes = new byte[1024];

        public override void Hash(IArrowArray column, Span<ulong> hashes)
        {
            var texts = (StringArray)column;
            var offsets = texts.ValueOffsets;
            var bytes = texts.ValueBuffer.Span;
            for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash(hashes[i], bytes[offsets[i]..offsets[i + 1]]);
        }

        public override void Add(IArrowArray column, int row)
        {
            var text = ((StringArray)column).GetBytes(row);
            var start = _ends.Count == 0 ? 0 : _ends[^1];
            var end = checked(start + text.Length);
            if (end > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Math.Max(2L * _bytes.Length, end), Array.MaxLength));
            text.CopyTo(_bytes.AsSpan(start));
            _ends.Add(end);
        }

        public override bool IsAt(int entity, IArrowArray column, int row)
        {
            var start = entity == 0 ? 0 : _ends[entity - 1];
            return _bytes.AsSpan(start, _ends[entity] - start).SequenceEqual(((StringArray)column).GetBytes(row));
        }

        private static ulong Hash(ulong hash, ReadOnlySpan<byte> text)
        {
            hash = (hash ^ (ulong)text.Length) * 0x9e3779b97f4a7c15;
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(text)) hash = Mix(hash ^ word);
            ulong rest = 0;
            foreach (var one in text[(text.Length & ~7)..]) rest = (rest << 8) | one;
            return Mix(hash ^ rest);
        }
    }
}
