namespace MlOps.Statistics;

/// <summary>Bins for a column of numbers, made from reference values: one for each value when there are few, else between quantiles.</summary>
/// <remarks>NaN is a missing value and belongs to no bin. Infinities are numbers: the lowest and highest of all.</remarks>
/// <param name="Edges">In ascending order: the values themselves with <paramref name="OnePerValue"/>, else the upper ends of all bins but the last, which belong to their bin.</param>
/// <param name="OnePerValue">Whether each edge is a bin of its own; the last bin is then for any other value.</param>
public sealed record NumericBins(IReadOnlyList<double> Edges, bool OnePerValue)
{
    private readonly double[] _edges = [.. Edges];

    /// <summary>Gets the number of bins.</summary>
    public int Count => _edges.Length + 1;

    /// <summary>Makes bins.</summary>
    /// <param name="reference">The reference values in any order. They are not changed.</param>
    /// <param name="bins">How many bins between quantiles to make at most, at least 2. Where many values are equal there are fewer, for equal values are never divided.</param>
    /// <param name="maxValues">Up to how many different values each gets a bin of its own.</param>
    /// <returns>The bins; with no value but NaN, a single one that takes anything.</returns>
    /// <remarks>The quantiles are values of the reference: the inverse of its distribution function (Hyndman and Fan 1996, definition 1).</remarks>
    public static NumericBins Of(ReadOnlySpan<double> reference, int bins = 10, int maxValues = 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(maxValues);
        var sorted = new double[reference.Length];
        var count = 0;
        foreach (var value in reference)
        {
            if (!double.IsNaN(value)) sorted[count++] = value;
        }

        Array.Sort(sorted, 0, count);
        var values = sorted.AsSpan(0, count);
        if (Distinct(values, maxValues) is { } few) return new(few, few.Count > 0);
        var edges = new List<double>(bins - 1);
        for (var i = 1; i < bins; i++)
        {
            var edge = values[(int)((((long)i * count) + bins - 1) / bins) - 1];
            if (edge < values[^1] && (edges.Count == 0 || edge > edges[^1])) edges.Add(edge);
        }

        // When the largest value has most of the rows, everything else still is a bin of its own.
        if (edges.Count == 0) edges.Add(Below(values));
        return new(edges, OnePerValue: false);
    }

    /// <summary>Finds the bin of a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bin from 0; -1 for NaN.</returns>
    public int IndexOf(double value)
    {
        if (double.IsNaN(value)) return -1;
        var at = Array.BinarySearch(_edges, value);
        if (at >= 0) return at;
        return OnePerValue ? _edges.Length : ~at;
    }

    /// <summary>Adds values to the counts of their bins.</summary>
    /// <param name="values">The values.</param>
    /// <param name="counts">The counts, one for each bin.</param>
    /// <returns>How many values were NaN.</returns>
    public long AddTo(ReadOnlySpan<double> values, Span<long> counts)
    {
        if (counts.Length != Count) throw new ArgumentException($"There are {Count} bins, but {counts.Length} counts.", nameof(counts));
        long missing = 0;
        foreach (var value in values)
        {
            var bin = IndexOf(value);
            if (bin < 0) missing++;
            else counts[bin]++;
        }

        return missing;
    }

    /// <inheritdoc/>
    public bool Equals(NumericBins? other) => other is not null && OnePerValue == other.OnePerValue && _edges.AsSpan().SequenceEqual(other._edges);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(OnePerValue, _edges.Length, _edges.Length > 0 ? _edges[0] : 0, _edges.Length > 0 ? _edges[^1] : 0);

    // The different values when they are no more than allowed, else null.
    private static List<double>? Distinct(ReadOnlySpan<double> sorted, int atMost)
    {
        var distinct = new List<double>(Math.Min(atMost, 64));
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i] == sorted[i - 1]) continue;
            if (distinct.Count == atMost) return null;
            distinct.Add(sorted[i]);
        }

        return distinct;
    }

    private static double Below(ReadOnlySpan<double> sorted)
    {
        var i = sorted.Length - 1;
        while (i > 0 && sorted[i] == sorted[^1]) i--;
        return sorted[i];
    }
}
