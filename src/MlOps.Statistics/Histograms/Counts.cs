namespace MlOps.Statistics;

/// <summary>What is common to everything that compares two vectors of counts.</summary>
internal static class Counts
{
    public static (double First, double Second) Totals(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        if (first.Length != second.Length) throw new ArgumentException($"The samples were counted in {first.Length} and {second.Length} bins; they must be the same bins.", nameof(second));
        double n = 0, m = 0;
        for (var i = 0; i < first.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(first[i], nameof(first));
            ArgumentOutOfRangeException.ThrowIfNegative(second[i], nameof(second));
            n += first[i];
            m += second[i];
        }

        return (n, m);
    }
}
