using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace MlOps.Statistics;

public sealed partial class ColumnProfile
{
    private const int BlockSize = NumberStatistics.BlockSize;
    private static readonly long EarliestTick = DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks;
    private static readonly long LatestTick = DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks;

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
        if (rows == 0) return;
        var values = new Validity(bits, offset);
        Begin(ValueKind.Boolean, rows, validity);
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

    /// <summary>Adds days.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<DateOnly> values, Validity validity = default) =>
        AddTicks(ValueKind.Date, values, validity, static day => (day.DayNumber * TimeSpan.TicksPerDay) - DateTime.UnixEpoch.Ticks);

    /// <summary>Adds points in time as a clock shows them: whether they are local or UTC is not looked at.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<DateTime> values, Validity validity = default) =>
        AddTicks(ValueKind.Timestamp, values, validity, static time => time.Ticks - DateTime.UnixEpoch.Ticks);

    /// <summary>Adds points in time. They are compared in UTC, and those with another offset are counted.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<DateTimeOffset> values, Validity validity = default)
    {
        AddTicks(ValueKind.Timestamp, values, validity, static time => time.UtcTicks - DateTime.UnixEpoch.Ticks);
        for (var row = 0; row < values.Length; row++)
        {
            if (validity[row] && values[row].Offset != TimeSpan.Zero) Times!.WithOffset++;
        }
    }

    /// <summary>Adds spans of time.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<TimeSpan> values, Validity validity = default) => AddTicks(ValueKind.Duration, values, validity, static span => span.Ticks);

    /// <summary>Adds times of the day, as spans since midnight.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<TimeOnly> values, Validity validity = default) => AddTicks(ValueKind.Duration, values, validity, static time => time.Ticks);

    /// <summary>Adds days as whole numbers from 1970-01-01, as Arrow and DuckDB keep them.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void AddDates(ReadOnlySpan<int> values, Validity validity = default)
    {
        Begin(ValueKind.Date, values.Length, validity);
        var block = new int[Math.Min(BlockSize, values.Length)];
        var wide = NumberStatistics.Shared.Longs;
        for (var at = 0; at < values.Length; at += BlockSize)
        {
            var count = validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan());
            for (var i = 0; i < count; i++) wide[i] = block[i];
            AddTimes(wide.AsSpan(0, count), TimeUnit.Day);
        }
    }

    /// <summary>Adds points in time as whole numbers from the beginning of 1970 in UTC.</summary>
    /// <param name="values">The numbers. What lies outside of the years 1 to 9999 is counted as before or after everything else.</param>
    /// <param name="unit">Their unit.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, or the bitmap is too short.</exception>
    public void AddTimestamps(ReadOnlySpan<long> values, TimeUnit unit, Validity validity = default) => AddInUnit(ValueKind.Timestamp, values, unit, validity);

    /// <summary>Adds spans of time as whole numbers.</summary>
    /// <param name="values">The numbers. What 64 bits of ticks of 100 ns do not hold is counted as longer or shorter than everything else.</param>
    /// <param name="unit">Their unit.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, or the bitmap is too short.</exception>
    public void AddDurations(ReadOnlySpan<long> values, TimeUnit unit, Validity validity = default) => AddInUnit(ValueKind.Duration, values, unit, validity);

    /// <summary>Adds texts.</summary>
    /// <param name="values">The texts; null is missing.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind.</exception>
    public void Add(ReadOnlySpan<string?> values)
    {
        var missing = 0;
        foreach (var value in values) missing += value is null ? 1 : 0;
        if (missing < values.Length) Expect(ValueKind.Text);
        else if (Count == 0 && Kind == ValueKind.Unknown) Become(ValueKind.Text);
        AddMissing(missing);
        Rows += values.Length - missing;
        if (Kind != ValueKind.Text) return;
        Span<byte> small = stackalloc byte[256];
        var lengths = new Batch(Texts!);
        foreach (var value in values)
        {
            if (value is null) continue;
            var most = Encoding.UTF8.GetMaxByteCount(value.Length);
            if (most <= small.Length)
            {
                lengths.Add(small[..Encoding.UTF8.GetBytes(value, small)]);
                continue;
            }

            var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(value));
            lengths.Add(rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
            ArrayPool<byte>.Shared.Return(rented);
        }

        lengths.Flush();
    }

    /// <summary>Adds texts in UTF-8 as Arrow lays them out.</summary>
    /// <param name="offsets">Where each text begins among the bytes, and where the last one ends: one more than there are rows.</param>
    /// <param name="bytes">The bytes that the offsets point into.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, the offsets are not in order or point outside of the bytes, or the bitmap is too short.</exception>
    public void AddText(ReadOnlySpan<int> offsets, ReadOnlySpan<byte> bytes, Validity validity = default) => AddBytes(ValueKind.Text, offsets, bytes, validity);

    /// <inheritdoc cref="AddText(ReadOnlySpan{int}, ReadOnlySpan{byte}, Validity)"/>
    public void AddText(ReadOnlySpan<long> offsets, ReadOnlySpan<byte> bytes, Validity validity = default) => AddBytes(ValueKind.Text, offsets, bytes, validity);

    /// <summary>Adds byte strings that are not text.</summary>
    /// <inheritdoc cref="AddText(ReadOnlySpan{int}, ReadOnlySpan{byte}, Validity)"/>
    public void AddBinary(ReadOnlySpan<int> offsets, ReadOnlySpan<byte> bytes, Validity validity = default) => AddBytes(ValueKind.Binary, offsets, bytes, validity);

    /// <inheritdoc cref="AddBinary(ReadOnlySpan{int}, ReadOnlySpan{byte}, Validity)"/>
    public void AddBinary(ReadOnlySpan<long> offsets, ReadOnlySpan<byte> bytes, Validity validity = default) => AddBytes(ValueKind.Binary, offsets, bytes, validity);

    /// <summary>Adds one text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind.</exception>
    public void AddText(ReadOnlySpan<byte> text)
    {
        Expect(ValueKind.Text);
        Rows++;
        var lengths = new Batch(Texts!);
        lengths.Add(text);
        lengths.Flush();
    }

    /// <summary>Adds lists. Their values are added to <see cref="ListStatistics.Items"/> by the caller.</summary>
    /// <param name="offsets">Where each list begins among the values, and where the last one ends: one more than there are rows.</param>
    /// <param name="validity">Which rows have a list.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, the offsets are not in order, or the bitmap is too short.</exception>
    public void AddLists(ReadOnlySpan<int> offsets, Validity validity = default) => AddLengths(offsets, validity);

    /// <inheritdoc cref="AddLists(ReadOnlySpan{int}, Validity)"/>
    public void AddLists(ReadOnlySpan<long> offsets, Validity validity = default) => AddLengths(offsets, validity);

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

    private void AddTicks<T>(ValueKind kind, ReadOnlySpan<T> values, Validity validity, Func<T, long> ticks)
    {
        if (Begin(kind, values.Length, validity) == 0) return;
        var block = NumberStatistics.Shared.Longs;
        var next = 0;
        for (var row = 0; row < values.Length; row++)
        {
            if (!validity[row]) continue;
            block[next++] = ticks(values[row]);
            if (next < BlockSize) continue;
            Times!.Ticks.Add(block.AsSpan(0, next));
            next = 0;
        }

        Times!.Ticks.Add(block.AsSpan(0, next));
    }

    private void AddInUnit(ValueKind kind, ReadOnlySpan<long> values, TimeUnit unit, Validity validity)
    {
        if (!Enum.IsDefined(unit)) throw new ArgumentOutOfRangeException(nameof(unit), unit, "There is no such unit of time.");
        if (Begin(kind, values.Length, validity) == 0) return;
        var block = NumberStatistics.Shared.Longs;
        for (var at = 0; at < values.Length; at += BlockSize)
            AddTimes(block.AsSpan(0, validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan())), unit);
    }

    // Turns numbers in a unit into ticks in place; what ticks cannot hold is infinite.
    private void AddTimes(Span<long> values, TimeUnit unit)
    {
        var factor = unit switch
        {
            TimeUnit.Second => TimeSpan.TicksPerSecond,
            TimeUnit.Millisecond => TimeSpan.TicksPerMillisecond,
            TimeUnit.Microsecond => TimeSpan.TicksPerMicrosecond,
            TimeUnit.Day => TimeSpan.TicksPerDay,
            _ => 1,
        };
        var (earliest, latest) = Kind == ValueKind.Duration ? (long.MinValue, long.MaxValue) : (EarliestTick, LatestTick);
        var (next, before, after) = (0, 0L, 0L);
        foreach (var value in values)
        {
            if (unit == TimeUnit.Nanosecond)
            {
                var ticks = value / 100;
                values[next++] = ticks * 100 > value ? ticks - 1 : ticks;
                continue;
            }

            var whole = (Int128)value * factor;
            if (whole < earliest) before++;
            else if (whole > latest) after++;
            else values[next++] = (long)whole;
        }

        Times!.Ticks.AddInfinities(before, after);
        Times.Ticks.Add(values[..next]);
    }

    private void AddBytes<T>(ValueKind kind, ReadOnlySpan<T> offsets, ReadOnlySpan<byte> bytes, Validity validity)
        where T : unmanaged, IBinaryInteger<T>
    {
        var rows = Rowed(offsets);
        if (rows > 0 && (T.IsNegative(offsets[0]) || long.CreateTruncating(offsets[rows]) > bytes.Length))
            throw new ArgumentException($"The offsets go from {offsets[0]} to {offsets[rows]}, but there are {bytes.Length} bytes.", nameof(offsets));
        if (Begin(kind, rows, validity) == 0) return;
        var lengths = new Batch(Texts!);
        for (var row = 0; row < rows; row++)
        {
            if (!validity[row]) continue;
            var from = int.CreateTruncating(offsets[row]);
            lengths.Add(bytes[from..int.CreateTruncating(offsets[row + 1])]);
        }

        lengths.Flush();
    }

    private void AddLengths<T>(ReadOnlySpan<T> offsets, Validity validity)
        where T : unmanaged, IBinaryInteger<T>
    {
        var rows = Rowed(offsets);
        if (Begin(ValueKind.List, rows, validity) == 0) return;
        var block = NumberStatistics.Shared.Longs;
        var next = 0;
        for (var row = 0; row < rows; row++)
        {
            if (!validity[row]) continue;
            block[next++] = long.CreateTruncating(offsets[row + 1] - offsets[row]);
            if (next < BlockSize) continue;
            Lists!.Lengths.Add(block.AsSpan(0, next));
            next = 0;
        }

        Lists!.Lengths.Add(block.AsSpan(0, next));
    }

    // One offset more than rows, none before the one in front of it.
    private static int Rowed<T>(ReadOnlySpan<T> offsets)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1]) throw new ArgumentException($"The offset of row {i} is {offsets[i]}, before that of the row in front of it, {offsets[i - 1]}.", nameof(offsets));
        }

        return Math.Max(0, offsets.Length - 1);
    }

    /// <summary>Adds texts one by one and their lengths many at a time.</summary>
    private ref struct Batch(TextStatistics texts)
    {
        private readonly Span<long> _lengths = NumberStatistics.Shared.Longs;
        private int _next;

        public void Add(scoped ReadOnlySpan<byte> text)
        {
            texts.Add(text, ref _lengths[_next++]);
            if (_next == _lengths.Length) Flush();
        }

        public void Flush()
        {
            texts.Lengths.Add(_lengths[.._next]);
            _next = 0;
        }
    }
}
