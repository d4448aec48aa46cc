namespace MlOps.Statistics;

/// <summary>Finds where a short series changed, and how probable so large a change is in the same values in any other order.</summary>
/// <param name="Index">The first value after the change, from 1; 0 when the series is too short.</param>
/// <param name="Before">The median before; NaN when the series is too short, as the other figures.</param>
/// <param name="After">The median from there on.</param>
/// <param name="PValue">The chance of so large a change in another order of the values.</param>
/// <remarks>
/// The greatest cumulative sum of the ranks' distances from their mean, scaled by what it has at that place by chance (A. Pettitt, Applied Statistics 28, 1979), held against orders drawn at random with a fixed seed: exact
/// for any distribution of the values. A few outliers are no change. For series of which a point comes now and then; for streams there is <see cref="ChangeDetector"/>.
/// </remarks>
public sealed record ChangePoint(int Index, double Before, double After, double PValue)
{
    /// <summary>How many values a series must have.</summary>
    public const int MinValues = 6;

    private const int MinSide = 2;

    /// <summary>Looks for the greatest change.</summary>
    /// <param name="values">The values in their order. NaN and infinities are left out.</param>
    /// <param name="orders">How many other orders are drawn: the smallest p-value is one over one more than that.</param>
    /// <param name="seed">What the orders depend on.</param>
    /// <returns>The change, with an index into the values as they were given.</returns>
    public static ChangePoint Find(ReadOnlySpan<double> values, int orders = 9_999, int seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orders, 1);
        var places = new List<int>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsFinite(values[i])) places.Add(i);
        }

        if (places.Count < MinValues) return new(0, double.NaN, double.NaN, double.NaN);
        var series = new double[places.Count];
        for (var i = 0; i < series.Length; i++) series[i] = values[places[i]];
        var ranks = Ranks(series);
        var (at, greatest) = Greatest(ranks);
        var (state, asGreat) = ((ulong)seed, 0);
        var drawn = (double[])ranks.Clone();
        for (var order = 0; order < orders; order++)
        {
            for (var i = drawn.Length - 1; i > 0; i--)
            {
                var other = (int)(SplitMix.Next(ref state) % (ulong)(i + 1));
                (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
            }

            if (Greatest(drawn).Value >= greatest * (1 - 1e-12)) asGreat++;
        }

        return new(places[at], Median(series[..at]), Median(series[at..]), (1.0 + asGreat) / (1 + orders));
    }

    private static (int At, double Value) Greatest(double[] ranks)
    {
        var (n, mean, sum) = (ranks.Length, (ranks.Length - 1) / 2.0, 0.0);
        var (at, greatest) = (MinSide, -1.0);
        for (var i = 1; i <= n - MinSide; i++)
        {
            sum += ranks[i - 1] - mean;
            if (i < MinSide) continue;
            var value = Math.Abs(sum) / Math.Sqrt((double)i * (n - i));
            if (value > greatest) (at, greatest) = (i, value);
        }

        return (at, greatest);
    }

    // From 0; equal values share the mean of theirs.
    private static double[] Ranks(double[] values)
    {
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var sorted = (double[])values.Clone();
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start];) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + end - 1) / 2.0;
        }

        return ranks;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
