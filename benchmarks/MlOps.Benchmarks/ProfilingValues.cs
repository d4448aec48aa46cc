using System.Runtime.InteropServices;
using System.Text;
using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>What does each part of a profile cost for one value, against the plain way to the same answer, which holds every value or every different one?</summary>
/// <remarks>One thread, a million values in memory, the best of five passes.</remarks>
internal static class ProfilingValues
{
    private const int Count = 1_000_000;
    private const int Block = 2048;

    private static readonly Target NoTarget = new("none", (_, _) => true);

    private static double[] Normals => MemoryMarshal.Cast<byte, double>(NumberTable.Bytes(0))[..Count].ToArray();

    // A hundred thousand different values, of which few come often.
    private static double[] Skewed => [.. MemoryMarshal.Cast<byte, double>(NumberTable.Bytes(1))[..Count].ToArray().Select(x => Math.Floor(x * x / 100))];

    public static readonly Comparison[] Comparisons =
    [
        Of("moments", "mean and second to fourth moment", Moments, "Welford's loop", Welford),
        Of("quantiles", "quantiles of different values", () => Sketch(Normals), "a sorted copy", Sort),
        Of("distinct", "number of different values", Distinct, "HashSet", HashSet),
        Of("frequent", "quantiles and frequent values, some of them frequent", () => Sketch(Skewed), "Dictionary", Dictionary),
        Of("text-few", "every statistic of texts, 229 different", () => Texts(229), "Dictionary of strings", () => Strings(229)),
        Of("text-many", "every statistic of texts, all different", () => Texts(Count), "Dictionary of strings", () => Strings(Count)),
        Of("column", "every statistic of doubles", Column, "Welford's loop, a sorted copy and a Dictionary", Everything),
    ];

    private static Comparison Of(string name, string what, Func<Action> ours, string baselineName, Func<Action> baseline) => new(
        $"value-{name}",
        $"One value: {what}",
        new("sketch", () => Measured.PerValueAsync(Count, ours())),
        new(baselineName, () => Measured.PerValueAsync(Count, baseline())),
        NoTarget);

    private static Action Moments()
    {
        var values = Normals;
        return () =>
        {
            var moments = default(Moments);
            for (var at = 0; at < Count; at += Block) moments += MlOps.Statistics.Moments.OfBlock(values.AsSpan(at, Math.Min(Block, Count - at)), 0.0);
            Keep(moments.Fourth.High);
        };
    }

    private static Action Welford()
    {
        var values = Normals;
        return () => Keep(WelfordOf(values));
    }

    private static double WelfordOf(double[] values)
    {
        var (n, mean, m2, m3, m4) = (0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var value in values)
        {
            var before = n++;
            var delta = value - mean;
            var (share, square) = (delta / n, delta / n * delta / n);
            var term = delta * share * before;
            mean += share;
            m4 += (term * square * ((n * n) - (3 * n) + 3)) + (6 * square * m2) - (4 * share * m3);
            m3 += (term * share * (n - 2)) - (3 * share * m2);
            m2 += term;
        }

        return m4;
    }

    private static Action Sketch(double[] values)
    {
        var raw = Raw(values);
        return () =>
        {
            var sketch = new ValueSketch(ProfileOptions.Default.ExactLimit, whole: false, keep: true);
            sketch.Add(raw);
            Keep(sketch.Count);
        };
    }

    private static Action Sort()
    {
        var values = Normals;
        return () => Keep(Sorted(values)[Count / 2]);
    }

    private static double[] Sorted(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        return sorted;
    }

    private static Action Distinct()
    {
        var raw = Raw(Normals);
        return () =>
        {
            var (distinct, hashes) = (new HyperLogLog(), new ulong[Block]);
            for (var at = 0; at < Count; at += Block)
            {
                var length = Math.Min(Block, Count - at);
                Hashing.Mix(raw.AsSpan(at, length), hashes.AsSpan(0, length));
                distinct.Add(hashes.AsSpan(0, length));
            }

            Keep(distinct.Estimate());
        };
    }

    private static Action HashSet()
    {
        var values = Normals;
        return () => Keep(new HashSet<double>(values).Count);
    }

    private static Action Dictionary()
    {
        var values = Skewed;
        return () => Keep(CountsOf(values).Count);
    }

    private static Dictionary<T, int> CountsOf<T>(T[] values)
        where T : notnull
    {
        var counts = new Dictionary<T, int>();
        foreach (var value in values) CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _)++;
        return counts;
    }

    private static Action Texts(int different)
    {
        var (offsets, bytes) = (new int[Count + 1], new MemoryStream());
        for (var i = 0; i < Count; i++)
        {
            bytes.Write(Encoding.UTF8.GetBytes(Text(i, different)));
            offsets[i + 1] = (int)bytes.Length;
        }

        var texts = bytes.ToArray();
        return () =>
        {
            var profile = new ColumnProfile();
            profile.AddText(offsets, texts);
            Keep(profile.Count);
        };
    }

    private static Action Strings(int different)
    {
        string[] texts = [.. Enumerable.Range(0, Count).Select(i => Text(i, different))];
        return () => Keep(CountsOf(texts).Count);
    }

    private static string Text(int i, int different) => $"airport-{i * 7919L % different}";

    private static Action Column()
    {
        var values = Normals;
        return () =>
        {
            var profile = new ColumnProfile();
            profile.Add(values);
            Keep(profile.Count);
        };
    }

    private static Action Everything()
    {
        var values = Normals;
        return () => Keep(WelfordOf(values) + Sorted(values)[Count / 2] + CountsOf(values).Count);
    }

    private static long[] Raw(double[] values) => [.. values.Select(v => BitConverter.DoubleToInt64Bits(v + 0.0))];

    // What is not used is not computed.
    private static void Keep(double result)
    {
        if (double.IsNaN(result)) throw new InvalidOperationException("A result is no number.");
    }
}
