using System.Text;

namespace MlOps.Statistics;

/// <summary>The different values among texts in bounded memory: each with its count up to a limit, then an estimate of how many there are and the frequent ones with bounds.</summary>
internal sealed class TextSketch
{
    // Texts share buckets by their hash; only those in a frequent bucket are counted one by one.
    private const int Buckets = 4096;
    private readonly ProfileOptions _options;
    private TextTable _table;
    private HyperLogLog? _distinct;
    private long[]? _buckets;

    public TextSketch(ProfileOptions options)
    {
        (_options, _table) = (options, new(options.TextLimit));
        if (!options.KeepValues) _distinct = new();
    }

    public long Count { get; private set; }

    public bool IsExact => _distinct is null;

    /// <summary>Counts a text.</summary>
    /// <returns>Its characters and form, and whether it was known.</returns>
    public (int Characters, TextForm Form, bool Known) Add(ReadOnlySpan<byte> text, bool binary)
    {
        var hash = Hashing.Of(text);
        Count++;
        if (_distinct is not null) return AddSketched(text, hash, binary);
        var number = _table.Find(text, hash);
        if (number >= 0)
        {
            ref var entry = ref _table[number];
            entry.Count++;
            return (entry.Characters, entry.Form, true);
        }

        var (characters, form) = binary ? (text.Length, TextForm.Other) : TextForms.Of(text);
        _table.Insert(text, new(hash.First, hash.Second, text.Length, characters, form) { Count = 1 });
        if (_table.Distinct > _options.ExactLimit) Convert();
        return (characters, form, false);
    }

    /// <summary>Gets the table in which a known text may be counted once more, as long as every text is counted; see <see cref="AddCounted"/>.</summary>
    public TextTable? Known => IsExact ? _table : null;

    /// <summary>Adds the number of texts that were counted in <see cref="Known"/>.</summary>
    public void AddCounted(int texts) => Count += texts;

    public DistinctCount Distinct()
    {
        return _distinct is null ? new(_table.Distinct, true) : DistinctCount.Estimated(_distinct, Count, 0);
    }

    public void Merge(TextSketch other)
    {
        if (other.Count == 0) return;
        if (_distinct is null && other._distinct is null)
        {
            AddTable(other._table);
            Count += other.Count;
            if (_table.Distinct > _options.ExactLimit) Convert();
            return;
        }

        if (_distinct is null) Convert();
        if (other._distinct is null)
        {
            other = other.Clone();
            other.Convert();
        }

        _distinct!.Merge(other._distinct!);
        if (_options.KeepValues)
        {
            AddTable(other._table);
            for (var i = 0; i < Buckets; i++) _buckets![i] += other._buckets![i];
        }

        Count += other.Count;
        Trim();
    }

    /// <summary>Every text with its count when exact, else the frequent ones.</summary>
    public IEnumerable<ValueCount> Values()
    {
        if (IsExact) return _table.ToSorted().Select(e => new ValueCount(TextOf(e), e.Count, 0));
        if (_buckets is null) return [];
        var missed = (long[])_buckets.Clone();
        foreach (ref readonly var entry in _table.Entries) missed[entry.First >> 52] -= entry.Count;
        return _table.ToSorted().Select(e => new ValueCount(TextOf(e), e.Count, missed[e.First >> 52]));
    }

    /// <summary>The texts that are counted one by one.</summary>
    public TextTable Table => _table;

    /// <summary>How many texts fell into each of the buckets by which texts are told apart when there are too many; null when values are kept out.</summary>
    public long[]? BucketCounts()
    {
        if (_buckets is not null) return [.. _buckets];
        if (!IsExact) return null;
        var buckets = new long[Buckets];
        foreach (ref readonly var entry in _table.Entries) buckets[BucketOf(entry)] += entry.Count;
        return buckets;
    }

    /// <summary>The bucket of a text.</summary>
    public static int BucketOf(in TextTable.Entry entry) => (int)(entry.First >> 52);

    public TextSketch Clone() => new(_options) { _table = _table.Clone(), _distinct = _distinct?.Clone(), _buckets = _buckets is null ? null : [.. _buckets], Count = Count };

    public void Write(StateWriter writer)
    {
        writer.Flag(IsExact);
        writer.Number(_table.Distinct);
        foreach (var entry in _table.ToSorted())
        {
            writer.Bytes(_table.BytesOf(entry));
            writer.Number(entry.Length - entry.Kept);
            writer.Fixed(entry.First);
            writer.Fixed(entry.Second);
            writer.Number(entry.Characters);
            writer.Byte((byte)entry.Form);
            writer.Number(entry.Count);
        }

        if (IsExact) return;
        writer.Number(Count);
        writer.Ranks(_distinct!.Ranks);
        if (!_options.KeepValues) return;
        foreach (var count in _buckets!) writer.Number(count);
    }

    public static TextSketch Read(StateReader reader, ProfileOptions options)
    {
        var exact = reader.Flag();
        var sketch = new TextSketch(options);
        if (exact != options.KeepValues && exact) throw StateReader.Damaged("values that were to be kept out");
        var distinct = reader.Length(21);
        if (distinct > (exact ? options.ExactLimit : options.KeepValues ? FrequentValues.Capacity : 0)) throw StateReader.Damaged("more different texts than its limit");
        for (var i = 0; i < distinct; i++) ReadEntry(reader, sketch._table, options);
        if (exact)
        {
            foreach (ref readonly var entry in sketch._table.Entries) sketch.Count += entry.Count;
            return sketch;
        }

        sketch.Count = reader.Number();
        sketch._distinct = new(reader.Ranks());
        if (!options.KeepValues) return sketch;
        sketch._buckets = new long[Buckets];
        long total = 0;
        for (var i = 0; i < Buckets; i++) total += sketch._buckets[i] = reader.Number();
        return total == sketch.Count ? sketch : throw StateReader.Damaged("two different numbers of texts");
    }

    public string TextOf(in TextTable.Entry entry)
    {
        var bytes = _table.BytesOf(entry);
        return entry.Length > entry.Kept ? Shown(bytes, entry.Length) : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The beginning of a text that was too long to be kept, cut between characters, with an ellipsis.</summary>
    public static string Shown(ReadOnlySpan<byte> kept, int length)
    {
        if (length == kept.Length) return Encoding.UTF8.GetString(kept);
        for (var cut = 0; cut < 4 && kept.Length > 0 && Rune.DecodeLastFromUtf8(kept, out _, out _) != System.Buffers.OperationStatus.Done; cut++) kept = kept[..^1];
        return Encoding.UTF8.GetString(kept) + "…";
    }

    private static void ReadEntry(StateReader reader, TextTable table, ProfileOptions options)
    {
        var bytes = reader.Bytes();
        var longer = reader.Number();
        if (bytes.Length > options.TextLimit || (longer > 0 && bytes.Length < options.TextLimit) || longer > int.MaxValue - bytes.Length) throw StateReader.Damaged("a text of another length than it says");
        var (first, second) = (reader.Fixed(), reader.Fixed());
        if (longer == 0 && Hashing.Of(bytes) != (first, second)) throw StateReader.Damaged("a text that does not match its hash");
        var (characters, form, count) = (reader.Number(), reader.Byte(), reader.Number());
        if (characters > bytes.Length + longer || form >= TextForms.Count || count == 0) throw StateReader.Damaged("a text that cannot be");
        table.Insert(bytes, new(first, second, bytes.Length + (int)longer, (int)characters, (TextForm)form) { Count = count });
    }

    private (int Characters, TextForm Form, bool Known) AddSketched(ReadOnlySpan<byte> text, in (ulong First, ulong Second) hash, bool binary)
    {
        _distinct!.Add(hash.First);
        if (_buckets is not null)
        {
            ref var bucket = ref _buckets[hash.First >> 52];
            if (++bucket > FrequentValues.Threshold(Count))
            {
                var number = _table.Find(text, hash);
                if (number >= 0)
                {
                    ref var entry = ref _table[number];
                    entry.Count++;
                    return (entry.Characters, entry.Form, true);
                }

                var (length, looks) = binary ? (text.Length, TextForm.Other) : TextForms.Of(text);
                _table.Insert(text, new(hash.First, hash.Second, text.Length, length, looks) { Count = 1 });
                Trim();
                return (length, looks, false);
            }
        }

        var (characters, form) = binary ? (text.Length, TextForm.Other) : TextForms.Of(text);
        return (characters, form, false);
    }

    private void Convert()
    {
        _distinct = new();
        _buckets = new long[Buckets];
        var frequent = new TextTable(_options.TextLimit);
        var threshold = FrequentValues.Threshold(Count);
        foreach (ref readonly var entry in _table.Entries)
        {
            _distinct.Add(entry.First);
            _buckets[entry.First >> 52] += entry.Count;
            if (entry.Count > threshold) frequent.Insert(_table.BytesOf(entry), entry);
        }

        _table = frequent;
    }

    private void Trim()
    {
        if (_distinct is null || _table.Distinct <= FrequentValues.Capacity) return;
        var kept = new TextTable(_options.TextLimit);
        foreach (var entry in _table.ToSorted().OrderByDescending(e => e.Count).Take(FrequentValues.Capacity / 2)) kept.Insert(_table.BytesOf(entry), entry);
        _table = kept;
    }

    private void AddTable(TextTable other)
    {
        foreach (ref readonly var entry in other.Entries)
        {
            var number = _table.Find(other, entry);
            if (number >= 0) _table[number].Count += entry.Count;
            else _table.Insert(other.BytesOf(entry), entry);
        }
    }
}
