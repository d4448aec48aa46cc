using System.Globalization;
using System.Numerics;

namespace MlOps.Statistics;

public sealed partial class ColumnProfile
{
    private const int BlockSize = NumberStatistics.BlockSize;

    /// <summary>Adds rows without a value.</summary>
    /// <param name="rows">How many.</param>
    public void AddMissing(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Rows += rows;
        Missing += rows;
    }

    /// <summary>Adds numbers.</summary>
    /// <param name="values">The numbers; what stands at a missing row does not matter.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, or the bitmap is too short.</exception>
    public void Add(ReadOnlySpan<double> values, Validity validity = default)
    {
        var valid = Begin(ValueKind.Real, values.Length, validity);
        if (valid == values.Length)
        {
            Numbers!.Add(values);
            return;
        }

        for (var at = 0; at < values.Length && valid > 0; at += BlockSize)
        {
            var block = NumberStatistics.Shared.Values;
            Numbers!.Add(block.AsSpan(0, validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan())));
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<float> values, Validity validity = default)
    {
        Begin(ValueKind.Real, values.Length, validity);
        var (block, wide) = (new float[Math.Min(BlockSize, values.Length)], NumberStatistics.Shared.Values);
        for (var at = 0; at < values.Length; at += BlockSize)
        {
            var count = validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan());
            for (var i = 0; i < count; i++) wide[i] = block[i];
            Numbers!.Add(wide.AsSpan(0, count));
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<long> values, Validity validity = default)
    {
        if (Begin(ValueKind.Integer, values.Length, validity) == values.Length) Numbers!.Add(values);
        else AddWhole(values, validity, Numbers!);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<int> values, Validity validity = default) => AddWidened(values, validity);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<short> values, Validity validity = default) => AddWidened(values, validity);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<sbyte> values, Validity validity = default) => AddWidened(values, validity);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<byte> values, Validity validity = default) => AddWidened(values, validity);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<ushort> values, Validity validity = default) => AddWidened(values, validity);

    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<uint> values, Validity validity = default) => AddWidened(values, validity);

    /// <summary>Adds decimal numbers. 1.0 and 1.00 are the same value.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<decimal> values, Validity validity = default)
    {
        Begin(ValueKind.Decimal, values.Length, validity);
        var wide = NumberStatistics.Shared.Values;
        Span<byte> text = stackalloc byte[40];
        var next = 0;
        for (var row = 0; row < values.Length; row++)
        {
            if (!validity[row]) continue;
            var value = values[row] / 1.0000000000000000000000000000m;
            (_minDecimal, _maxDecimal) = (Math.Min(_minDecimal, value), Math.Max(_maxDecimal, value));
            value.TryFormat(text, out var written, default, CultureInfo.InvariantCulture);
            _decimals!.Add(text[..written], binary: true);
            wide[next++] = (double)value;
            if (next < BlockSize) continue;
            Numbers!.Add(wide.AsSpan(0, next));
            next = 0;
        }

        Numbers!.Add(wide.AsSpan(0, next));
    }

    /// <summary>Adds truth values.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<bool> values, Validity validity = default)
    {
        Begin(ValueKind.Boolean, values.Length, validity);
        for (var row = 0; row < values.Length; row++)
        {
            if (validity[row]) AddBoolean(values[row]);
        }
    }

    /// <summary>Adds truth values that are packed as Arrow packs them: one bit each, least significant bit first.</summary>
    /// <param name="bits">The bits.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="offset">The bit of the first row.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, or a bitmap is too short.</exception>
    public void AddBooleans(ReadOnlySpan<byte> bits, int rows, int offset = 0, Validity validity = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if ((long)offset + rows > 8L * bits.Length) throw new ArgumentException($"There are {8L * bits.Length} bits, too few for {rows} rows from bit {offset}.", nameof(bits));
        Begin(ValueKind.Boolean, rows, validity);
        if (rows == 0) return;
        var values = new Validity(bits, offset);
        for (var row = 0; row < rows; row += 64)
        {
            var (word, valid) = (values.Word(row, rows), validity.Word(row, rows));
            if (!_booleanOrder.IsSettled)
            {
                for (var left = valid; left != 0; left &= left - 1) AddBoolean(((word >> BitOperations.TrailingZeroCount(left)) & 1) != 0);
                continue;
            }

            _true += BitOperations.PopCount(word & valid);
            _false += BitOperations.PopCount(~word & valid);
        }
    }

    // Counts the rows and takes the kind, before any value is looked at.
    private int Begin(ValueKind kind, int rows, Validity validity)
    {
        var valid = validity.CountValid(rows);
        if (valid > 0) Expect(kind);
        else if (Count == 0 && kind > Kind) Become(kind);
        Rows += rows;
        Missing += rows - valid;
        return valid;
    }

    private void AddWidened<T>(ReadOnlySpan<T> values, Validity validity)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (Begin(ValueKind.Integer, values.Length, validity) == 0) return;
        var (block, wide) = (new T[Math.Min(BlockSize, values.Length)], NumberStatistics.Shared.Longs);
        for (var at = 0; at < values.Length; at += BlockSize)
        {
            var part = values.Slice(at, Math.Min(BlockSize, values.Length - at));
            if (!validity.IsAllValid) part = block.AsSpan(0, validity.Compact(part, at, block.AsSpan()));
            for (var i = 0; i < part.Length; i++) wide[i] = long.CreateTruncating(part[i]);
            Numbers!.Add(wide.AsSpan(0, part.Length));
        }
    }

    private static void AddWhole(ReadOnlySpan<long> values, Validity validity, NumberStatistics numbers)
    {
        var block = NumberStatistics.Shared.Longs;
        for (var at = 0; at < values.Length; at += BlockSize)
            numbers.Add(block.AsSpan(0, validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan())));
    }

    private void AddBoolean(bool value)
    {
        if (value) _true++;
        else _false++;
        if (!_booleanOrder.IsSettled) _booleanOrder += new RowOrder(true, value ? 1 : 0, value ? 1 : 0, false, false, false);
    }
}
