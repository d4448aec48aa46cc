using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The values of one column of events: 64 bits each, which for text and decimals are the place in the sorted list of all different ones.</summary>
internal sealed class WindowColumn(string name, ColumnType type)
{
    private readonly Dictionary<string, int> _textIds = new(StringComparer.Ordinal);
    private readonly Dictionary<decimal, int> _decimalIds = [];
    private int _count;

    public string Name => name;

    public ColumnType Type => type;

    /// <summary>Gets the values. Those that are missing mean nothing.</summary>
    public long[] Bits { get; private set; } = [];

    /// <summary>Gets which are missing; null when none is.</summary>
    public bool[]? Missing { get; private set; }

    public string[] Texts { get; private set; } = [];

    public decimal[] Decimals { get; private set; } = [];

    /// <summary>Gets the decimals as whole numbers of 10^-18.</summary>
    public Int128[] Units { get; private set; } = [];

    /// <summary>Appends the rows whose id is not negative.</summary>
    public void Append(IArrowArray array, ReadOnlySpan<int> ids, int kept, ref long[] scratch)
    {
        if (Bits.Length < _count + kept) Grow(_count + kept);
        var anyMissing = type != ColumnType.Binary && array.NullCount != 0;
        if (type == ColumnType.Binary || anyMissing) Missing ??= new bool[Bits.Length];
        var into = Bits.AsSpan();
        if (type is ColumnType.String or ColumnType.Decimal or ColumnType.Binary)
        {
            for (var row = 0; row < ids.Length; row++)
            {
                if (ids[row] < 0) continue;
                if (array.IsNull(row)) Missing![_count] = true;
                else if (type == ColumnType.String) into[_count] = IdOf(((StringArray)array).GetString(row), _textIds);
                else if (type == ColumnType.Decimal) into[_count] = IdOf(((Decimal128Array)array).GetValue(row)!.Value, _decimalIds);
                _count++;
            }

            return;
        }

        var bits = ArrowValues.Bits(array, ref scratch);
        if (kept == ids.Length)
        {
            bits.CopyTo(into[_count..]);
            for (var row = 0; anyMissing && row < ids.Length; row++) Missing![_count + row] = array.IsNull(row);
            _count += kept;
            return;
        }

        for (var row = 0; row < ids.Length; row++)
        {
            if (ids[row] < 0) continue;
            into[_count] = bits[row];
            if (anyMissing) Missing![_count] = array.IsNull(row);
            _count++;
        }
    }

    /// <summary>Appends one value.</summary>
    public void Append(in FeatureValue value)
    {
        if (Bits.Length == _count) Grow(Math.Max(4, _count * 2));
        if (value.IsMissing) (Missing ??= new bool[Bits.Length])[_count] = true;
        else if (type == ColumnType.String) Bits[_count] = IdOf((string)value.Object!, _textIds);
        else if (type == ColumnType.Decimal) Bits[_count] = IdOf((decimal)value.Object!, _decimalIds);
        else Bits[_count] = value.Bits;
        _count++;
    }

    /// <summary>Brings the values into another order, and gives text and decimals their places.</summary>
    public void Arrange(ReadOnlySpan<int> order)
    {
        var places = type switch
        {
            ColumnType.String => PlacesOf(Texts = [.. _textIds.Keys.Order(TextOrder.Instance)], _textIds),
            ColumnType.Decimal => PlacesOf(Decimals = [.. _decimalIds.Keys.Order()], _decimalIds),
            _ => null,
        };
        Units = [.. Decimals.Select(AggregateValues.UnitsOf)];
        var (bits, missing) = (new long[order.Length], Missing is null ? null : new bool[order.Length]);
        for (var i = 0; i < order.Length; i++)
        {
            var at = order[i];
            bits[i] = places is null ? Bits[at] : places.Length == 0 ? 0 : places[Bits[at]];
            if (missing is not null) missing[i] = Missing![at];
        }

        (Bits, Missing) = (bits, missing);
    }

    /// <summary>A value.</summary>
    public FeatureValue ValueAt(int index) => Missing is not null && Missing[index] ? default : type switch
    {
        ColumnType.String => Texts[Bits[index]],
        ColumnType.Decimal => Decimals[Bits[index]],
        ColumnType.Binary => System.Array.Empty<byte>(), // counted, and not looked at
        _ => FeatureValue.FromBits(type, Bits[index]),
    };

    /// <summary>An integer that orders as the values do, of which equal values have equal ones.</summary>
    public long KeyAt(int index) => type == ColumnType.Float64 ? AggregateValues.KeyOf(BitConverter.Int64BitsToDouble(Bits[index])) : Bits[index];

    /// <summary>The bits of such an integer.</summary>
    public long BitsOf(long key) => type == ColumnType.Float64 ? BitConverter.DoubleToInt64Bits(AggregateValues.ValueOf(key)) : key;

    /// <summary>A number, an integer, a decimal or a truth value as a double.</summary>
    public double NumberAt(int index) => type switch
    {
        ColumnType.Float64 => BitConverter.Int64BitsToDouble(Bits[index]),
        ColumnType.Decimal => (double)Decimals[Bits[index]],
        _ => Bits[index],
    };

    public ulong HashAt(int index) => type switch
    {
        ColumnType.String => AggregateValues.HashOf(Texts[Bits[index]]),
        ColumnType.Decimal => AggregateValues.HashOf(Units[Bits[index]]),
        _ => AggregateValues.HashOf(KeyAt(index)),
    };

    private static int IdOf<T>(T value, Dictionary<T, int> ids)
        where T : notnull
    {
        if (!ids.TryGetValue(value, out var id)) ids.Add(value, id = ids.Count);
        return id;
    }

    private static int[] PlacesOf<T>(T[] sorted, Dictionary<T, int> ids)
        where T : notnull
    {
        var places = new int[sorted.Length];
        for (var i = 0; i < sorted.Length; i++) places[ids[sorted[i]]] = i;
        return places;
    }

    private void Grow(int wanted)
    {
        var length = Math.Max(wanted, (int)Math.Min(System.Array.MaxLength, Bits.LongLength * 2));
        var bits = new long[length];
        Bits.AsSpan(0, _count).CopyTo(bits);
        Bits = bits;
        if (Missing is null) return;
        var missing = new bool[length];
        Missing.AsSpan(0, _count).CopyTo(missing);
        Missing = missing;
    }
}

/// <summary>Orders text as its UTF-8 bytes do.</summary>
internal sealed class TextOrder : IComparer<string>
{
    public static TextOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var at = x.AsSpan().CommonPrefixLength(y);
        if (x is null || y is null || at == x.Length || at == y.Length) return (x?.Length ?? -1).CompareTo(y?.Length ?? -1);
        return Weight(x[at]) - Weight(y[at]);
    }

    // In UTF-8 what takes two characters here comes last.
    private static int Weight(char character) => character < 0xD800 ? character : character < 0xE000 ? character + 0x2000 : character - 0x800;
}
