using System.Numerics;

namespace MlOps.Statistics;

/// <summary>The statistics of texts, or of byte strings that are not text.</summary>
/// <remarks>Belongs to a <see cref="ColumnProfile"/> and grows with it. Texts are ordered by their UTF-8 bytes, which is the order of the code points, as far as they are kept.</remarks>
public sealed class TextStatistics
{
    private readonly ProfileOptions _options;
    private readonly bool _binary;
    private readonly long[] _forms;
    private RowOrder _order;
    private Kept? _first;
    private Kept? _last;
    private Kept? _min;
    private Kept? _max;

    internal TextStatistics(bool binary, ProfileOptions options)
        : this(binary, options, new NumberStatistics(whole: true, options with { KeepValues = true }), new TextSketch(options), new long[TextForms.Count])
    {
    }

    private TextStatistics(bool binary, ProfileOptions options, NumberStatistics lengths, TextSketch sketch, long[] forms)
    {
        (_binary, _options, Lengths, Sketch, _forms) = (binary, options, lengths, sketch, forms);
        if (!options.KeepValues) _order = RowOrder.None;
    }

    /// <summary>Gets how many texts there are.</summary>
    public long Count => Sketch.Count;

    /// <summary>Gets the lengths: in characters (Unicode code points) for text, in bytes for other byte strings.</summary>
    public NumberStatistics Lengths { get; }

    /// <summary>Gets how many bytes the texts have together.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Gets how many texts are empty.</summary>
    public long Empty => _forms[(int)TextForm.Empty];

    /// <summary>Gets how many texts are not valid UTF-8. They count as different when their bytes are, and are shown with replacement characters.</summary>
    public long InvalidUtf8 => _forms[(int)TextForm.Invalid];

    /// <summary>Gets how many texts are whole numbers: digits with or without a sign.</summary>
    public long LikeIntegers => _forms[(int)TextForm.Integer];

    /// <summary>Gets how many texts are numbers with a decimal point or an exponent.</summary>
    public long LikeReals => _forms[(int)TextForm.Real];

    /// <summary>Gets how many texts are true or false, in any case.</summary>
    public long LikeBooleans => _forms[(int)TextForm.Boolean];

    /// <summary>Gets how many texts are days: yyyy-MM-dd.</summary>
    public long LikeDates => _forms[(int)TextForm.Date];

    /// <summary>Gets how many texts are days with a time as in ISO 8601, with or without an offset.</summary>
    public long LikeTimestamps => _forms[(int)TextForm.Timestamp];

    /// <summary>Gets the smallest text; null without texts and when values are kept out. An ellipsis at the end says that it is longer.</summary>
    public string? Min => _min?.ToString();

    /// <summary>Gets the largest text; null without texts and when values are kept out. An ellipsis at the end says that it is longer.</summary>
    public string? Max => _max?.ToString();

    internal TextSketch Sketch { get; }

    internal ValueOrder Order => _options.KeepValues ? _order.Order : ValueOrder.Unknown;

    internal void Add(ReadOnlySpan<byte> text, ref long characters)
    {
        var (length, form, known) = Sketch.Add(text, _binary);
        characters = length;
        _forms[(int)form]++;
        TotalBytes += text.Length;
        if (_order.IsSettled && known) return;
        Remember(text, known);
    }

    /// <summary>Adds texts as long as they are short and known and their order does not matter, which is the most of a column of codes.</summary>
    /// <param name="offsets">Where each begins, and where the last one ends.</param>
    /// <param name="bytes">The bytes of all.</param>
    /// <param name="characters">Receives how many characters each has.</param>
    /// <returns>How many were added.</returns>
    internal int AddKnown<T>(ReadOnlySpan<T> offsets, ReadOnlySpan<byte> bytes, Span<long> characters)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (!_order.IsSettled || Sketch.Known is not { } known) return 0;
        var added = known.CountKnown(offsets, bytes, characters, _forms);
        TotalBytes += int.CreateTruncating(offsets[added] - offsets[0]);
        Sketch.AddCounted(added);
        return added;
    }

    internal void Merge(TextStatistics other)
    {
        if (other.Count == 0) return;
        Lengths.Merge(other.Lengths);
        TotalBytes += other.TotalBytes;
        for (var i = 0; i < _forms.Length; i++) _forms[i] += other._forms[i];
        if (other._min is { } min && (_min is null || min.CompareTo(_min) < 0)) _min = min;
        if (other._max is { } max && (_max is null || max.CompareTo(_max) > 0)) _max = max;
        JoinOrder(other._order, other._first, other._last);
        Sketch.Merge(other.Sketch);
    }

    internal TextStatistics Clone() => new(_binary, _options, Lengths.Clone(), Sketch.Clone(), [.. _forms])
    {
        TotalBytes = TotalBytes,
        _order = _order,
        _first = _first,
        _last = _last,
        _min = _min,
        _max = _max,
    };

    internal void Write(StateWriter writer)
    {
        writer.Number(TotalBytes);
        foreach (var form in _forms) writer.Number(form);
        Lengths.Write(writer);
        Sketch.Write(writer);
        if (!_options.KeepValues || Count == 0) return;
        Write(writer, _min!);
        Write(writer, _max!);
        writer.Order(_order with { First = 0, Last = 0 });
        if (!_order.Any) return;
        Write(writer, _first!);
        Write(writer, _last!);
    }

    internal static TextStatistics Read(StateReader reader, bool binary, ProfileOptions options)
    {
        var total = reader.Number();
        var forms = new long[TextForms.Count];
        long counted = 0;
        for (var i = 0; i < forms.Length; i++) counted += forms[i] = reader.Number();
        var lengths = NumberStatistics.Read(reader, whole: true, options with { KeepValues = true });
        var sketch = TextSketch.Read(reader, options);
        if (counted != sketch.Count || lengths.Count != counted) throw StateReader.Damaged("two different numbers of texts");
        var statistics = new TextStatistics(binary, options, lengths, sketch, forms) { TotalBytes = total };
        if (!options.KeepValues || counted == 0) return statistics;
        statistics._min = ReadKept(reader, options);
        statistics._max = ReadKept(reader, options);
        statistics._order = reader.Order();
        if (!statistics._order.Any) return statistics;
        statistics._first = ReadKept(reader, options);
        statistics._last = ReadKept(reader, options);
        return statistics;
    }

    private static void Write(StateWriter writer, Kept kept)
    {
        writer.Bytes(kept.Bytes);
        writer.Flag(kept.IsCut);
    }

    private static Kept ReadKept(StateReader reader, ProfileOptions options)
    {
        var bytes = reader.Bytes();
        return bytes.Length <= options.TextLimit ? new(bytes.ToArray(), reader.Flag()) : throw StateReader.Damaged("a text of another length than it says");
    }

    private void Remember(ReadOnlySpan<byte> text, bool known)
    {
        if (!_options.KeepValues) return;
        var kept = text[..Math.Min(text.Length, _options.TextLimit)];
        var isCut = text.Length > _options.TextLimit;
        if (!known)
        {
            if (_min is null || _min.CompareTo(kept, isCut) > 0) _min = new(kept.ToArray(), isCut);
            if (_max is null || _max.CompareTo(kept, isCut) < 0) _max = new(kept.ToArray(), isCut);
        }

        if (_order.IsSettled) return;
        var value = _last is not null && _last.CompareTo(kept, isCut) == 0 ? _last : new Kept(kept.ToArray(), isCut);
        JoinOrder(new RowOrder(true, 0, 0, false, false, false), value, value);
    }

    private void JoinOrder(RowOrder order, Kept? first, Kept? last)
    {
        if (!_options.KeepValues) return;
        if (_order.IsSettled || order.IsSettled)
        {
            (_order, _first, _last) = (RowOrder.None, null, null);
            return;
        }

        if (!order.Any) return;
        (_order, _first, _last) = _order.Any ? (RowOrder.Joined(_order, order, _last!.CompareTo(first!)), _first, last) : (order, first, last);
        if (_order.IsSettled) (_first, _last) = (null, null);
    }

    // The beginning of a text. What was cut is larger than what was not.
    private sealed record Kept(byte[] Bytes, bool IsCut)
    {
        public int CompareTo(Kept other) => CompareTo(other.Bytes, other.IsCut);

        public int CompareTo(ReadOnlySpan<byte> kept, bool isCut)
        {
            var order = Bytes.AsSpan().SequenceCompareTo(kept);
            return order == 0 ? IsCut.CompareTo(isCut) : order;
        }

        public override string ToString() => TextSketch.Shown(Bytes, IsCut ? Bytes.Length + 1 : Bytes.Length);
    }
}
