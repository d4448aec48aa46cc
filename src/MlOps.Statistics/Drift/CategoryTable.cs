namespace MlOps.Statistics;

/// <summary>Two profiled columns of categories, counted together.</summary>
/// <remarks>Where a column has more different texts than its profile counts one by one, all are counted in the 4,096 buckets that the profile has for them: a coarser table, but one that is exact.</remarks>
internal sealed class CategoryTable
{
    private readonly Func<int, string> _nameOf;

    private CategoryTable(long[] reference, long[] current, bool isExact, Func<int, string> nameOf)
    {
        (Reference, Current, IsExact, _nameOf) = (reference, current, isExact, nameOf);
        Both = [.. reference.Zip(current, (a, b) => a + b)];
        Order = [.. Enumerable.Range(0, Both.Length).Where(i => Both[i] > 0)];
        var names = new Dictionary<int, string>();
        string Name(int i) => names.TryGetValue(i, out var name) ? name : names[i] = nameOf(i);
        Array.Sort(Order, (a, b) => Both[b] != Both[a] ? Both[b].CompareTo(Both[a]) : string.CompareOrdinal(Name(a), Name(b)));
    }

    public long[] Reference { get; }

    public long[] Current { get; }

    public long[] Both { get; }

    /// <summary>The categories that have rows, the most frequent of both samples first.</summary>
    public int[] Order { get; }

    /// <summary>Whether each category is counted by itself.</summary>
    public bool IsExact { get; }

    /// <summary>The table of two profiles; null when values were kept out of one.</summary>
    public static CategoryTable? Of(ColumnProfile reference, ColumnProfile current)
    {
        if ((reference.Booleans ?? current.Booleans) is not null)
        {
            var (a, b) = (reference.Booleans ?? default, current.Booleans ?? default);
            return new([a.False, a.True], [b.False, b.True], true, i => i == 0 ? "false" : "true");
        }

        var (first, second) = (reference.Texts?.Sketch, current.Texts?.Sketch);
        if ((first ?? second) is not { } any) return null;
        if (first is { IsExact: false } || second is { IsExact: false }) return InBuckets(first, second);
        var own = first?.Table.Entries.ToArray() ?? [];
        var others = new List<TextTable.Entry>();
        var counts = new long[own.Length];
        foreach (ref readonly var entry in second is null ? default : second.Table.Entries)
        {
            var number = first is null ? -1 : first.Table.Find(second!.Table, entry);
            if (number >= 0) counts[number] = entry.Count;
            else others.Add(entry);
        }

        return new(
            [.. own.Select(e => e.Count), .. others.Select(_ => 0L)],
            [.. counts, .. others.Select(e => e.Count)],
            true,
            i => i < own.Length ? first!.TextOf(own[i]) : second!.TextOf(others[i - own.Length]));
    }

    public string NameOf(int category) => _nameOf(category);

    private static CategoryTable? InBuckets(TextSketch? first, TextSketch? second)
    {
        var (a, b) = ((first ?? second)!.BucketCounts(), (second ?? first)!.BucketCounts());
        if (a is null || b is null) return null;
        if (first is null) a = new long[b.Length];
        if (second is null) b = new long[a.Length];

        // A bucket is called by its most frequent text.
        var named = new Dictionary<int, (string Name, long Count)>();
        foreach (var sketch in new[] { first, second }.OfType<TextSketch>())
        {
            foreach (ref readonly var entry in sketch.Table.Entries)
            {
                var bucket = TextSketch.BucketOf(entry);
                if (!named.TryGetValue(bucket, out var known) || entry.Count > known.Count) named[bucket] = (sketch.TextOf(entry), entry.Count);
            }
        }

        return new(a, b, false, i => named.TryGetValue(i, out var known) ? known.Name : FormattableString.Invariant($"rare values {i}"));
    }
}
