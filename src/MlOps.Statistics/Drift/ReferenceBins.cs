using System.Globalization;

namespace MlOps.Statistics;

/// <summary>The bins in which a change of numbers is measured and shown: a bin for each value of a reference that has few, else tenths of the reference; and what lies outside.</summary>
internal sealed class ReferenceBins
{
    private const int Tenths = 10;
    private const int FewValues = 20;
    private readonly Func<int, string> _nameOf;

    private ReferenceBins(long[] reference, long[] current, Func<int, string> nameOf) => (Reference, Current, _nameOf) = (reference, current, nameOf);

    public long[] Reference { get; }

    public long[] Current { get; }

    public static ReferenceBins Of(AlignedNumbers numbers)
    {
        var known = Enumerable.Range(0, numbers.Count).Where(i => numbers.Reference[i] > 0).ToArray();
        return known.Length <= FewValues && Array.TrueForAll(known, i => numbers.Low[i] == numbers.High[i]) ? OnePerValue(numbers, known) : Between(numbers, known[0], known[^1]);
    }

    public IReadOnlyList<ChangedBin> Named() => [.. Enumerable.Range(0, Reference.Length).Where(i => Reference[i] + Current[i] > 0).Select(i => new ChangedBin(_nameOf(i), Reference[i], Current[i]))];

    private static ReferenceBins OnePerValue(AlignedNumbers numbers, int[] known)
    {
        long[] reference = [.. known.Select(i => numbers.Reference[i]), 0];
        long[] current = [.. known.Select(i => numbers.Current[i]), 0];
        current[^1] = numbers.Current.Sum() - current.Sum();
        return new(reference, current, i => i < known.Length ? Text(numbers.High[known[i]]) : "a value that the reference never had");
    }

    // The last bucket of each bin; the first bin is for what is below the reference, the last for what is above.
    private static ReferenceBins Between(AlignedNumbers numbers, int lowest, int highest)
    {
        var ends = new List<int>();
        long upTo = 0, all = numbers.Reference.Sum();
        for (int i = lowest, next = 1; i < highest; i++)
        {
            upTo += numbers.Reference[i];
            if (upTo * Tenths < all * next) continue;
            ends.Add(i);
            next = (int)(upTo * Tenths / all) + 1;
        }

        // When the largest value has most of the rows, everything else still is a bin of its own.
        if (ends.Count == 0 && highest > lowest) ends.Add(highest - 1);
        ends.Add(highest);
        var (reference, current) = (new long[ends.Count + 2], new long[ends.Count + 2]);
        for (int i = 0, bin = 1; i < numbers.Count; i++)
        {
            while (bin <= ends.Count && i > ends[bin - 1]) bin++;
            var at = i < lowest ? 0 : bin;
            reference[at] += numbers.Reference[i];
            current[at] += numbers.Current[i];
        }

        return new(reference, current, i => NameOf(numbers, lowest, ends, i));
    }

    private static string NameOf(AlignedNumbers numbers, int lowest, List<int> ends, int bin)
    {
        if (bin == 0) return $"below {Text(numbers.Low[lowest])}, which the reference never is";
        if (bin > ends.Count) return $"above {Text(numbers.High[ends[^1]])}, which the reference never is";
        if (bin == 1) return ends.Count == 1 ? $"from {Text(numbers.Low[lowest])} to {Text(numbers.High[ends[0]])}" : $"at most {Text(numbers.High[ends[0]])}";
        return bin == ends.Count ? $"above {Text(numbers.High[ends[bin - 2]])}" : $"above {Text(numbers.High[ends[bin - 2]])} and at most {Text(numbers.High[ends[bin - 1]])}";
    }

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
