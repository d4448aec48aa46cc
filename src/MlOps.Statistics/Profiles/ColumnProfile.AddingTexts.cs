using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace MlOps.Statistics;

public sealed partial class ColumnProfile
{
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

    private void AddBytes<T>(ValueKind kind, ReadOnlySpan<T> offsets, ReadOnlySpan<byte> bytes, Validity validity)
        where T : unmanaged, IBinaryInteger<T>
    {
        var rows = Rowed(offsets);
        if (rows > 0 && (T.IsNegative(offsets[0]) || long.CreateTruncating(offsets[rows]) > bytes.Length))
            throw new ArgumentException($"The offsets go from {offsets[0]} to {offsets[rows]}, but there are {bytes.Length} bytes.", nameof(offsets));
        if (Begin(kind, rows, validity) == 0) return;
        var lengths = new Batch(Texts!);
        var end = validity.IsAllValid ? rows : 0; // of the rows with a value that follow each other
        for (var row = 0; row < rows;)
        {
            if (!validity[row])
            {
                row++;
                continue;
            }

            if (end <= row)
            {
                for (end = row + 1; end < rows && validity[end];) end++;
            }

            row += lengths.AddKnown(offsets[row..(end + 1)], bytes);
            if (row == end) continue;
            var from = int.CreateTruncating(offsets[row++]);
            lengths.Add(bytes[from..int.CreateTruncating(offsets[row])]);
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
        for (var i = AscendUntil(offsets); i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1]) throw new ArgumentException($"The offset of row {i} is {offsets[i]}, before that of the row in front of it, {offsets[i - 1]}.", nameof(offsets));
        }

        return Math.Max(0, offsets.Length - 1);
    }

    // Before this one all are in order, as vectors see it; the first one that is not has to be looked for from here.
    private static int AscendUntil<T>(ReadOnlySpan<T> offsets)
        where T : unmanaged, IBinaryInteger<T>
    {
        ref var first = ref MemoryMarshal.GetReference(offsets);
        var i = 1;
        while (i + Vector512<T>.Count <= offsets.Length && Vector512.LessThanOrEqualAll(Vector512.LoadUnsafe(ref first, (nuint)i - 1), Vector512.LoadUnsafe(ref first, (nuint)i))) i += Vector512<T>.Count;
        return i;
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

        public int AddKnown<T>(scoped ReadOnlySpan<T> offsets, scoped ReadOnlySpan<byte> bytes)
            where T : unmanaged, IBinaryInteger<T>
        {
            var added = texts.AddKnown(offsets, bytes, _lengths[_next..]);
            _next += added;
            if (_next == _lengths.Length) Flush();
            return added;
        }

        public void Flush()
        {
            texts.Lengths.Add(_lengths[.._next]);
            _next = 0;
        }
    }
}
