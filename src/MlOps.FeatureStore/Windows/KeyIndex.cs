using System.Numerics;
using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Numbers the entities of rows from 0, by the values of their join keys. Composite keys are never concatenated.</summary>
internal sealed class KeyIndex
{
    private readonly Column[] _keys;
    private readonly Numbers[] _values; // for each key the number of each value
    private readonly Dictionary<string, int>[] _texts;
    private readonly Numbers[] _pairs; // for each key but the first the number of each pair of what comes before and its own value
    private long[] _scratch = [];

    private readonly List<FeatureValue[]>? _entities;

    /// <param name="keys">The join keys.</param>
    /// <param name="keepsValues">Whether <see cref="ValuesOf"/> can be asked.</param>
    public KeyIndex(IEnumerable<Column> keys, bool keepsValues = false)
    {
        _entities = keepsValues ? [] : null;
        _keys = [.. keys];
        _values = [.. _keys.Select(_ => new Numbers())];
        _texts = [.. _keys.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
        _pairs = [.. _keys.Select(_ => new Numbers())];
    }

    /// <summary>Gets how many entities there are.</summary>
    public int Count { get; private set; }

    /// <summary>Numbers the entities of rows.</summary>
    /// <param name="columns">The columns of the join keys.</param>
    /// <param name="ids">As many places as rows: the number, or -1 where a key is missing or the entity is not known.</param>
    /// <param name="add">Whether entities that are not known get a number.</param>
    /// <exception cref="DataException">A column has another type than its key.</exception>
    public void Resolve(ReadOnlySpan<IArrowArray> columns, Span<int> ids, bool add)
    {
        for (var k = 0; k < _keys.Length; k++)
        {
            var column = columns[k];
            var key = _keys[k];
            var type = TypeOf(column);
            if (type != key.Type) throw new DataException($"Join key '{key.Name}' is of type {key.Type}, but the column of the rows is of type {(type is null ? column.Data.DataType.Name : type)}. Convert it.") { Column = key.Name };
            if (key.Type == ColumnType.String) Texts((StringArray)column, k, ids, add);
            else Bits(column, k, ids, add);
        }

        var last = _keys.Length == 1 ? (_keys[0].Type == ColumnType.String ? _texts[0].Count : _values[0].Count) : _pairs[^1].Count;
        if (!add) return;
        Count = last;
        for (var row = 0; _entities?.Count < Count; row++)
        {
            if (ids[row] != _entities.Count) continue;
            var values = new FeatureValue[_keys.Length];
            for (var k = 0; k < values.Length; k++) values[k] = ArrowValues.Read(columns[k], row);
            _entities.Add(values);
        }
    }

    /// <summary>Gives the join keys of an entity.</summary>
    public FeatureValue[] ValuesOf(int id) => _entities![id];

    private static ColumnType? TypeOf(IArrowArray column) => column switch
    {
        Int64Array => ColumnType.Int64,
        StringArray => ColumnType.String,
        DoubleArray => ColumnType.Float64,
        BooleanArray => ColumnType.Boolean,
        Date32Array => ColumnType.Date,
        TimestampArray => ColumnType.Timestamp,
        Decimal128Array => ColumnType.Decimal,
        BinaryArray => ColumnType.Binary,
        _ => null,
    };

    private void Bits(IArrowArray column, int k, Span<int> ids, bool add)
    {
        var bits = ArrowValues.Bits(column, ref _scratch);
        var anyMissing = column.NullCount != 0;
        for (var row = 0; row < bits.Length; row++) Join(ref ids[row], anyMissing && column.IsNull(row) ? -1 : _values[k].Find(bits[row], add), k, add);
    }

    private void Texts(StringArray column, int k, Span<int> ids, bool add)
    {
        var find = _texts[k].GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> characters = stackalloc char[256];
        for (var row = 0; row < column.Length; row++)
        {
            var id = -1;
            if (!column.IsNull(row))
            {
                var bytes = column.GetBytes(row);
                ReadOnlySpan<char> text = bytes.Length <= characters.Length ? characters[..Encoding.UTF8.GetChars(bytes, characters)] : Encoding.UTF8.GetString(bytes).AsSpan();
                if (!find.TryGetValue(text, out id))
                {
                    id = add ? _texts[k].Count : -1;
                    if (add) _texts[k].Add(text.ToString(), id);
                }
            }

            Join(ref ids[row], id, k, add);
        }
    }

    private void Join(ref int id, int own, int k, bool add)
    {
        if (k == 0) id = own;
        else if (id >= 0) id = own < 0 ? -1 : _pairs[k].Find(((long)id << 32) | (uint)own, add);
    }

    /// <summary>Numbers integers in the order in which they are first seen.</summary>
    private sealed class Numbers
    {
        private (long Value, int Id)[] _slots = new (long, int)[64]; // an id of 0 is free, else the number and 1
        private int _shift = 64 - 6;

        public int Count { get; private set; }

        public int Find(long value, bool add)
        {
            var at = (int)(((ulong)value * 0x9E3779B97F4A7C15) >> _shift);
            for (; _slots[at].Id != 0; at = (at + 1) & (_slots.Length - 1))
            {
                if (_slots[at].Value == value) return _slots[at].Id - 1;
            }

            if (!add) return -1;
            _slots[at] = (value, ++Count);
            if (Count * 2 > _slots.Length) Grow();
            return Count - 1;
        }

        private void Grow()
        {
            var old = _slots;
            _slots = new (long, int)[old.Length * 2];
            _shift = 64 - BitOperations.Log2((uint)_slots.Length);
            foreach (var slot in old)
            {
                if (slot.Id == 0) continue;
                var at = (int)(((ulong)slot.Value * 0x9E3779B97F4A7C15) >> _shift);
                while (_slots[at].Id != 0) at = (at + 1) & (_slots.Length - 1);
                _slots[at] = slot;
            }
        }
    }
}
