using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>The distribution of finite numbers in bounded memory: every value with its count up to a limit of different ones, then counts of ever wider buckets.</summary>
/// <remarks>
/// A bucket is what the values have in common when the last bits of their order-preserving 64-bit form are dropped, so that its width is relative to the value, as in DDSketch
/// (Masson, Rim and Lee 2019). As many bits are dropped as are needed to have no more than the limit of buckets that hold anything (cf. the uniform collapse of UDDSketch, Epicoco et al.
/// 2020): a property of the set of values alone, so parts merge to the bit, in any order. Columns far from 0 (timestamps, identifiers) get narrow buckets without an origin that would
/// have to be agreed upon.
/// </remarks>
internal sealed class ValueSketch
{
    public const int Exact = -1;

    // When values are kept out, numbers are known to 8 binary digits.
    private const int KeptOutLevel = 44;

    private static readonly long LowestKey = KeyOf(BitConverter.DoubleToInt64Bits(double.MinValue), whole: false);
    private static readonly long HighestKey = KeyOf(BitConverter.DoubleToInt64Bits(double.MaxValue), whole: false);

    // The keys are made and counted a block at a time.
    private const int BlockSize = 2048;
    [ThreadStatic]
    private static Scratch? _scratch;

    private readonly int _limit;
    private readonly bool _whole;
    private readonly bool _keep;
    private readonly CountTable _table;
    private HyperLogLog? _distinct;
    private FrequentValues? _frequent;
    private bool _many;
    private int _level;

    // Values that came when one too many had been counted: the more are known when the width of the buckets is chosen, the more seldom it is chosen anew.
    private volatile long[]? _waiting;
    private int _waitingCount;

    /// <summary>Makes an empty sketch.</summary>
    /// <param name="limit">Up to how many different values each is counted.</param>
    /// <param name="whole">Whether the raw values are whole numbers; else they are the bits of doubles.</param>
    /// <param name="keep">Whether values may be kept. Else the sketch begins with buckets of some width, and no value is counted by itself.</param>
    public ValueSketch(int limit, bool whole, bool keep)
        : this(limit, whole, keep, keep ? Exact : KeptOutLevel, new CountTable(), keep ? null : new HyperLogLog(), null)
    {
    }

    private ValueSketch(int limit, bool whole, bool keep, int level, CountTable table, HyperLogLog? distinct, FrequentValues? frequent)
    {
        (_limit, _whole, _keep, _level, _table, _distinct, _frequent) = (limit, whole, keep, level, table, distinct, frequent);
    }

    /// <summary>Gets how many bits of the key are dropped; <see cref="Exact"/> when each value is counted.</summary>
    public int Level
    {
        get
        {
            Settle();
            return _level;
        }
    }

    public long Count { get; private set; }

    public bool IsExact => Level == Exact;

    public HyperLogLog? Distinct => IsExact ? null : _distinct;

    /// <summary>The whole number or bits of a double as a key that orders as the value does.</summary>
    public static long KeyOf(long raw, bool whole)
    {
        var bits = whole ? BitConverter.DoubleToInt64Bits(raw) : raw;
        return bits ^ ((bits >> 63) & long.MaxValue);
    }

    /// <summary>The double of a key.</summary>
    public static double ValueOf(long key) => BitConverter.Int64BitsToDouble(key ^ ((key >> 63) & long.MaxValue));

    /// <summary>Adds whole numbers, or the bits of finite doubles that are not negative zero.</summary>
    public void Add(ReadOnlySpan<long> raw)
    {
        var scratch = _scratch ??= new();
        while (raw.Length > 0)
        {
            var block = raw[..Math.Min(raw.Length, BlockSize)];
            raw = raw[(_waiting is not null ? Wait(block) : _level == Exact ? AddExact(block) : AddSketched(block, scratch))..];
        }
    }

    /// <summary>Adds what another sketch has seen.</summary>
    public void Merge(ValueSketch other)
    {
        if (other.Count == 0) return;
        if (other._limit != _limit || other._whole != _whole || other._keep != _keep) throw new ArgumentException("The sketches were made with different settings.", nameof(other));
        if (Level == Exact && other.Level == Exact)
        {
            foreach (var (value, count) in other._table.ToSorted()) AddExact(value, count);
            return;
        }

        if (Level == Exact) Convert([]);
        if (other.Level == Exact)
        {
            other = other.Clone();
            other.Convert([]);
        }

        var level = Math.Max(Level, other.Level);
        CoarsenTo(level);
        foreach (var (bucket, count) in other._table.ToSorted()) _table.Add(bucket >> (level - other.Level), count);
        _distinct!.Merge(other._distinct!);
        Count += other.Count;
        foreach (var (raw, count) in other._frequent?.Counts ?? new Dictionary<long, long>()) (_frequent ??= new()).Add(raw, count);
        if (_table.Distinct > _limit) Coarsen();
    }

    /// <summary>Every different value with its count when <see cref="IsExact"/>, else the frequent ones, each with how often it came at least and how much oftener it may have come.</summary>
    public IEnumerable<(long Raw, long Count, long Missed)> Values()
    {
        if (Level == Exact) return _table.ToSorted().Select(v => (v.Key, v.Value, 0L));
        if (_frequent is null) return [];
        var counted = new Dictionary<long, long>();
        foreach (var (raw, count) in _frequent.Counts) counted[BucketOf(raw)] = counted.GetValueOrDefault(BucketOf(raw)) + count;
        return _frequent.Counts.OrderBy(v => v.Key).Select(v => (v.Key, v.Value, _table.CountOf(BucketOf(v.Key)) - counted[BucketOf(v.Key)]));
    }

    /// <summary>How many different values there are, when <see cref="IsExact"/>.</summary>
    public int ExactDistinct => _table.Distinct;

    /// <summary>The buckets in ascending order: the lowest and highest value that would fall into each, and how many did.</summary>
    public Bucket[] Buckets()
    {
        Settle();
        var buckets = new List<Bucket>(_table.Distinct);
        if (Level == Exact)
        {
            foreach (var (raw, count) in _table.ToSorted())
            {
                var value = _whole ? raw : BitConverter.Int64BitsToDouble(raw);
                buckets.Add(new(value, value, count));
            }

            if (!_whole) buckets.Sort(static (a, b) => a.Low.CompareTo(b.Low));
            return [.. buckets];
        }

        foreach (var (bucket, count) in _table.ToSorted())
        {
            var low = bucket << Level;
            buckets.Add(new(Finite(low), Finite(low + (long)((1UL << Level) - 1)), count));
        }

        return [.. buckets];
    }

    /// <summary>The keys of the buckets in ascending order, at <see cref="Level"/> or, when each value is counted, at level 0, and their counts.</summary>
    public (long[] Keys, long[] Counts) Ordered()
    {
        Settle();
        var (keys, counts) = _table.Ordered();
        if (Level != Exact) return (keys, counts);
        for (var i = 0; i < keys.Length; i++) keys[i] = KeyOf(keys[i], _whole);
        if (!_whole) Array.Sort(keys, counts);
        return (keys, counts);
    }

    /// <summary>The lowest and the highest value that fall into the bucket of a key.</summary>
    public static (double Low, double High) Range(long key, int level) => (Finite(key << level), Finite((key << level) + (long)((1UL << level) - 1)));

    /// <summary>Whether two values can be the smallest and the largest of those that were seen.</summary>
    public bool Spans(long lowest, long highest)
    {
        Settle();
        var sorted = _table.ToSorted();
        if (sorted.Length == 0) return true;
        if (Level != Exact) return BucketOf(lowest) == sorted[0].Key && BucketOf(highest) == sorted[^1].Key && KeyOf(lowest, _whole) <= KeyOf(highest, _whole);
        return KeyOf(lowest, _whole) == sorted.Min(v => KeyOf(v.Key, _whole)) && KeyOf(highest, _whole) == sorted.Max(v => KeyOf(v.Key, _whole));
    }

    public ValueSketch Clone()
    {
        Settle();
        return new(_limit, _whole, _keep, _level, _table.Clone(), _distinct?.Clone(), _frequent?.Clone()) { Count = Count };
    }

    public void Write(StateWriter writer)
    {
        WriteOrderFree(writer);
        if (Level == Exact) return;
        writer.Number(_frequent?.Counts.Count ?? 0);
        foreach (var (raw, count) in (_frequent?.Counts ?? new Dictionary<long, long>()).OrderBy(v => v.Key))
        {
            writer.Signed(raw);
            writer.Number(count);
        }
    }

    /// <summary>Writes everything that does not depend on the order of rows.</summary>
    public void WriteOrderFree(StateWriter writer)
    {
        writer.Byte((byte)(Level + 1));
        writer.Table(_table.ToSorted());
        if (Level != Exact) writer.Ranks(_distinct!.Ranks);
    }

    public static ValueSketch Read(StateReader reader, int limit, bool whole, bool keep)
    {
        var level = reader.Byte() - 1;
        if (level > 63 || (level == Exact && !keep)) throw StateReader.Damaged("a sketch of a width that cannot be");
        var table = new CountTable();
        long total = 0;
        foreach (var (key, count) in reader.Table())
        {
            table.Add(key, count);
            total += count;
            if (total < 0) throw StateReader.Damaged("more values than can be counted");
            if (level == Exact && !whole && !double.IsFinite(BitConverter.Int64BitsToDouble(key))) throw StateReader.Damaged("a value that is no number");
        }

        if (table.Distinct > limit) throw StateReader.Damaged("a sketch with more buckets than its limit");
        if (level == Exact) return new(limit, whole, keep, level, table, null, null) { Count = total };
        var distinct = new HyperLogLog(reader.Ranks());
        FrequentValues? frequent = null;
        for (var left = reader.Length(2); left > 0; left--) (frequent ??= new()).Add(reader.Signed(), reader.Number());
        if (frequent is not null && !keep) throw StateReader.Damaged("values that were to be kept out");
        return new(limit, whole, keep, level, table, distinct, frequent) { Count = total };
    }

    private static double Finite(long key) => ValueOf(Math.Clamp(key, LowestKey, HighestKey));

    /// <summary>Adds one value many times, if every value is counted and this one is among them.</summary>
    /// <returns>Whether it was added.</returns>
    public bool TryAddExact(long raw, long count)
    {
        if (_level != Exact || _waiting is not null || _table.CountOf(raw) == 0) return false;
        _table.Add(raw, count);
        Count += count;
        return true;
    }

    private int AddExact(ReadOnlySpan<long> block)
    {
        var added = _table.AddAll(block, _limit);
        Count += added;
        if (_table.Distinct > _limit) _waiting = ArrayPool<long>.Shared.Rent(Math.Max(BlockSize, _limit));
        return added;
    }

    private int Wait(ReadOnlySpan<long> block)
    {
        var waiting = _waiting!;
        var added = Math.Min(block.Length, waiting.Length - _waitingCount);
        block[..added].CopyTo(waiting.AsSpan(_waitingCount));
        _waitingCount += added;
        Count += added;
        if (_waitingCount == waiting.Length) Settle();
        return added;
    }

    // Several may read what nobody adds to any more, and the first one settles it.
    private void Settle()
    {
        if (_waiting is null) return;
        lock (_table)
        {
            if (_waiting is not { } waiting) return;
            var values = waiting.AsSpan(0, _waitingCount);
            Count -= values.Length;
            Convert(values);
            var scratch = _scratch ??= new();
            for (ReadOnlySpan<long> left = values; left.Length > 0;) left = left[AddSketched(left[..Math.Min(left.Length, BlockSize)], scratch)..];
            _waitingCount = 0;
            _waiting = null;
            ArrayPool<long>.Shared.Return(waiting);
        }
    }

    private void AddExact(long raw, long count)
    {
        Count += count;
        if (_level == Exact)
        {
            _table.Add(raw, count);
            if (_table.Distinct > _limit) Convert([]);
            return;
        }

        _distinct!.Add(Hashing.Mix((ulong)raw));
        var bucket = BucketOf(raw);
        _table.Add(bucket, count);
        if (_keep && _table.CountOf(bucket) > Threshold) (_frequent ??= new()).Add(raw, count);
        if (_table.Distinct > _limit) Coarsen();
    }

    private int AddSketched(ReadOnlySpan<long> block, Scratch scratch)
    {
        var keys = scratch.Keys.AsSpan(0, block.Length);
        Keys(block, keys, _level, _whole);
        var added = _table.AddAll(keys, _limit, Threshold, _many, scratch.Frequent, out var frequent);
        _many = frequent > added / 16;
        block = block[..added];
        var hashes = MemoryMarshal.Cast<long, ulong>(scratch.Hashes.AsSpan(0, added));
        Hashing.Mix(block, hashes);
        _distinct!.Add(hashes);
        Count += added;
        if (_keep) Track(block, scratch.Frequent.AsSpan(0, frequent));
        Coarsen();
        return added;
    }

    // A value that is very frequent comes many times among the frequent ones.
    private void Track(ReadOnlySpan<long> block, ReadOnlySpan<int> frequent)
    {
        for (var i = 0; i < frequent.Length;)
        {
            var (raw, from) = (block[frequent[i]], i);
            while (i < frequent.Length && block[frequent[i]] == raw) i++;
            (_frequent ??= new()).Add(raw, i - from);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Keys(ReadOnlySpan<long> raw, Span<long> keys, int level, bool whole)
    {
        var from = MemoryMarshal.Cast<long, Vector512<long>>(raw);
        var into = MemoryMarshal.Cast<long, Vector512<long>>(keys);
        var mask = Vector512.Create(long.MaxValue);
        if (whole)
        {
            for (var i = 0; i < from.Length; i++)
            {
                var bits = Vector512.ConvertToDouble(from[i]).AsInt64();
                into[i] = (bits ^ ((bits >> 63) & mask)) >> level;
            }
        }
        else
        {
            for (var i = 0; i < from.Length; i++) into[i] = (from[i] ^ ((from[i] >> 63) & mask)) >> level;
        }

        for (var i = from.Length * 8; i < raw.Length; i++) keys[i] = KeyOf(raw[i], whole) >> level;
    }

    // Values whose bucket has less than this are not worth looking at one by one.
    private long Threshold => FrequentValues.Threshold(Count);

    private long BucketOf(long raw) => KeyOf(raw, _whole) >> _level;

    // From every value with its count to buckets that also have room for values that come next. What was frequent until now is known exactly.
    private void Convert(ReadOnlySpan<long> next)
    {
        var distinct = _table.Distinct;
        var (all, counts) = (new long[distinct + next.Length], new long[distinct]);
        var keys = all.AsSpan(0, distinct);
        _table.CopyTo(keys, counts);
        _distinct = new();
        var threshold = Threshold;
        for (var i = 0; i < keys.Length; i++)
        {
            _distinct.Add(Hashing.Mix((ulong)keys[i]));
            if (counts[i] > threshold) (_frequent ??= new()).Add(keys[i], counts[i]);
            keys[i] = KeyOf(keys[i], _whole);
        }

        // As a rule many bits have to go, so the level is found before the table is built anew.
        Keys(next, all.AsSpan(distinct), 0, _whole);
        _level = BucketLevel.For(all, _limit);
        for (var i = 0; i < keys.Length; i++) keys[i] >>= _level;
        _table.Refill(keys, counts);
    }

    // Drops bits one by one until there are not more buckets than allowed.
    private void Coarsen()
    {
        while (_table.Distinct > _limit) CoarsenTo(_level + 1);
    }

    private void CoarsenTo(int level)
    {
        if (level == _level) return;
        _table.Shift(level - _level);
        _level = level;
    }

    private sealed class Scratch
    {
        public readonly long[] Keys = new long[BlockSize];
        public readonly long[] Hashes = new long[BlockSize];
        public readonly int[] Frequent = new int[BlockSize];
    }
}

/// <summary>A range of values and how many fell into it.</summary>
internal readonly record struct Bucket(double Low, double High, long Count);
