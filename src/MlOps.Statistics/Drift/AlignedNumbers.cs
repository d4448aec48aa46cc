namespace MlOps.Statistics;

/// <summary>Two profiled columns of numbers, counted in the same buckets in ascending order. Equal values are never divided; infinities are the first and the last bucket.</summary>
/// <remarks>
/// Each sketch has buckets of powers of two in the order-preserving form of a number, so the buckets of the finer sketch lie within those of the coarser one: the counts in the coarser buckets are exact
/// for both. Where both sketches count each value, a bucket is a value.
/// </remarks>
internal sealed class AlignedNumbers
{
    private AlignedNumbers(double[] low, double[] high, long[] reference, long[] current) => (Low, High, Reference, Current) = (low, high, reference, current);

    public double[] Low { get; }

    public double[] High { get; }

    public long[] Reference { get; }

    public long[] Current { get; }

    public int Count => Reference.Length;

    public static AlignedNumbers Of(NumberStatistics reference, NumberStatistics current)
    {
        var level = Math.Max(0, Math.Max(reference.Sketch.Level, current.Sketch.Level));
        var ((keysA, countsA), (keysB, countsB)) = (Coarsened(reference.Sketch, level), Coarsened(current.Sketch, level));
        var most = keysA.Length + keysB.Length + 2;
        var (low, high, a, b) = (new double[most], new double[most], new long[most], new long[most]);
        var next = 0;
        void Add(double from, double to, long first, long second) => (low[next], high[next], a[next], b[next++]) = (from, to, first, second);
        if (reference.NegativeInfinities + current.NegativeInfinities > 0)
            Add(double.NegativeInfinity, double.NegativeInfinity, reference.NegativeInfinities, current.NegativeInfinities);
        for (int i = 0, j = 0; i < keysA.Length || j < keysB.Length;)
        {
            var key = j == keysB.Length || (i < keysA.Length && keysA[i] <= keysB[j]) ? keysA[i] : keysB[j];
            var (from, to) = ValueSketch.Range(key, level);
            long first = 0, second = 0;
            for (; i < keysA.Length && keysA[i] == key; i++) first += countsA[i];
            for (; j < keysB.Length && keysB[j] == key; j++) second += countsB[j];
            Add(from, to, first, second);
        }

        if (reference.PositiveInfinities + current.PositiveInfinities > 0)
            Add(double.PositiveInfinity, double.PositiveInfinity, reference.PositiveInfinities, current.PositiveInfinities);
        return new(low[..next], high[..next], a[..next], b[..next]);
    }

    private static (long[] Keys, long[] Counts) Coarsened(ValueSketch sketch, int level)
    {
        var (keys, counts) = sketch.Ordered();
        var shift = level - Math.Max(0, sketch.Level);
        if (shift == 0) return (keys, counts);
        for (var i = 0; i < keys.Length; i++) keys[i] >>= shift;
        return (keys, counts);
    }
}
