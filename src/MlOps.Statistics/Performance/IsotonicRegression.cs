namespace MlOps.Statistics;

/// <summary>The rising step function that fits points best, joined by straight lines: what turns scores into probabilities without assuming a shape.</summary>
/// <remarks>
/// Pool adjacent violators (R. Barlow and others, Statistical Inference under Order Restrictions, 1972); points of one x are averaged before, and values between two knots are interpolated, below the first and above the
/// last those of the ends, as in scikit-learn. Immutable and thread-safe.
/// </remarks>
public sealed class IsotonicRegression
{
    private readonly double[] _x;
    private readonly double[] _y;

    private IsotonicRegression(double[] x, double[] y) => (_x, _y) = (x, y);

    /// <summary>Gets where the function bends, rising.</summary>
    public ReadOnlySpan<double> X => _x;

    /// <summary>Gets the values there, never falling.</summary>
    public ReadOnlySpan<double> Y => _y;

    /// <summary>Fits points.</summary>
    /// <param name="x">The places, in any order.</param>
    /// <param name="y">The values. Points where one of the two is no finite number are left out.</param>
    /// <returns>The function.</returns>
    /// <exception cref="ArgumentException">The numbers of places and values differ, or no point is left.</exception>
    public static IsotonicRegression Fit(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length) throw new ArgumentException($"There are {x.Length} places and {y.Length} values.", nameof(y));
        var (places, values, count) = (new double[x.Length], new double[x.Length], 0);
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i])) continue;
            (places[count], values[count]) = (x[i], y[i]);
            count++;
        }

        if (count == 0) throw new ArgumentException("There is no point to fit: every place or value is missing.", nameof(x));
        Array.Sort(places, values, 0, count);

        // Blocks of equal values, each with its first and last place, mean and weight.
        var blocks = new List<(double First, double Last, double Mean, double Weight)>();
        for (var i = 0; i < count;)
        {
            var (from, sum) = (i, 0.0);
            while (i < count && places[i] == places[from]) sum += values[i++];
            var block = (First: places[from], Last: places[from], Mean: sum / (i - from), Weight: (double)(i - from));
            while (blocks.Count > 0 && blocks[^1].Mean >= block.Mean)
            {
                var (first, _, mean, weight) = blocks[^1];
                blocks.RemoveAt(blocks.Count - 1);
                block = (first, block.Last, ((mean * weight) + (block.Mean * block.Weight)) / (weight + block.Weight), weight + block.Weight);
            }

            blocks.Add(block);
        }

        var (knots, heights) = (new List<double>(), new List<double>());
        foreach (var (first, last, mean, _) in blocks)
        {
            knots.Add(first);
            heights.Add(mean);
            if (last == first) continue;
            knots.Add(last);
            heights.Add(mean);
        }

        return new([.. knots], [.. heights]);
    }

    /// <summary>Gives the function its knots again.</summary>
    /// <param name="x">Where it bends, rising.</param>
    /// <param name="y">The values there, never falling.</param>
    /// <returns>The function.</returns>
    /// <exception cref="ArgumentException">These are not the knots of such a function.</exception>
    public static IsotonicRegression FromKnots(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length == 0 || x.Length != y.Length) throw new ArgumentException($"There are {x.Length} places and {y.Length} values.", nameof(y));
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i]) || (i > 0 && (x[i] <= x[i - 1] || y[i] < y[i - 1])))
                throw new ArgumentException("Places must rise and values must not fall, and all must be finite.", nameof(x));
        }

        return new(x.ToArray(), y.ToArray());
    }

    /// <summary>Gives the value at a place.</summary>
    /// <param name="x">The place.</param>
    /// <returns>The value; NaN for NaN.</returns>
    public double At(double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        if (x <= _x[0]) return _y[0];
        if (x >= _x[^1]) return _y[^1];
        var found = Array.BinarySearch(_x, x);
        if (found >= 0) return _y[found];
        var right = ~found;
        var (x0, x1, y0, y1) = (_x[right - 1], _x[right], _y[right - 1], _y[right]);
        return y0 == y1 ? y0 : y0 + ((y1 - y0) * ((x - x0) / (x1 - x0)));
    }
}
