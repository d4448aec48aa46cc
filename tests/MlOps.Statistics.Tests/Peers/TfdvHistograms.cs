using System.Text.Json.Nodes;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's way of drawing histograms, from the values of a profile.</summary>
/// <remarks>The boundaries are the values at the ranks n i / buckets, rounded down. The count between two different boundaries is shared evenly by all buckets that end at the upper one; that of the lowest value belongs to the first bucket.</remarks>
internal static class TfdvHistograms
{
    public static JsonObject Quantiles(NumberStatistics numbers, int buckets)
    {
        var boundaries = Boundaries(numbers, buckets);
        var counts = Counts(numbers, boundaries);
        var drawn = new JsonArray();
        for (var i = 0; i < counts.Length; i++) drawn.Add(Bucket(boundaries[i], boundaries[i + 1], counts[i]));
        return new() { ["buckets"] = drawn, ["type"] = "QUANTILES" };
    }

    /// <summary>Buckets of the same width, their counts interpolated between so many boundaries.</summary>
    public static JsonObject Standard(NumberStatistics numbers, int buckets, int boundariesCount)
    {
        var drawn = new JsonArray();
        if (numbers.NegativeInfinities > 0) drawn.Add(Bucket(double.NegativeInfinity, double.NegativeInfinity, numbers.NegativeInfinities));
        if (numbers.FiniteCount > 0)
        {
            var (min, max) = (numbers.FiniteMin, numbers.FiniteMax);
            var boundaries = Boundaries(numbers, boundariesCount);
            var counts = Counts(numbers, boundaries);
            double At(double edge)
            {
                double below = numbers.NegativeInfinities;
                for (var i = 0; i < counts.Length; i++)
                {
                    if (!double.IsFinite(boundaries[i + 1])) continue;
                    if (boundaries[i + 1] <= edge) below += i == 0 && double.IsNegativeInfinity(boundaries[i]) ? counts[i] - numbers.NegativeInfinities : counts[i];
                    else if (boundaries[i] < edge && double.IsFinite(boundaries[i])) below += counts[i] * (edge - boundaries[i]) / (boundaries[i + 1] - boundaries[i]);
                }

                return below;
            }

            var before = (double)numbers.NegativeInfinities;
            for (var i = 1; i <= (min == max ? 1 : buckets); i++)
            {
                var (low, high) = min == max ? (min, max) : (min + ((max - min) * (i - 1) / buckets), min + ((max - min) * i / buckets));
                var upTo = i == buckets || min == max ? numbers.NegativeInfinities + numbers.FiniteCount : At(high);
                drawn.Add(Bucket(low, high, upTo - before));
                before = upTo;
            }
        }

        if (numbers.PositiveInfinities > 0) drawn.Add(Bucket(double.PositiveInfinity, double.PositiveInfinity, numbers.PositiveInfinities));
        return new() { ["buckets"] = drawn };
    }

    public static JsonValue Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static double[] Boundaries(NumberStatistics numbers, int buckets)
    {
        var boundaries = new double[buckets + 1];
        for (var i = 0; i <= buckets; i++) boundaries[i] = numbers.ValueAtRank(Math.Min(numbers.Count - 1, numbers.Count * i / buckets));
        return boundaries;
    }

    private static double[] Counts(NumberStatistics numbers, double[] boundaries)
    {
        var counts = new double[boundaries.Length - 1];
        double before = 0;
        for (var i = 0; i < counts.Length;)
        {
            var from = i;
            while (i < counts.Length && boundaries[i + 1] == boundaries[from + 1]) i++;
            var upTo = numbers.CountAtMost(boundaries[from + 1]);
            var atFirst = from == 0 && boundaries[0] < boundaries[1] ? numbers.CountAtMost(boundaries[0]) : 0;
            counts.AsSpan(from, i - from).Fill((upTo - before - atFirst) / (i - from));
            counts[0] += atFirst;
            before = upTo;
        }

        return counts;
    }

    private static JsonObject Bucket(double low, double high, double count) => new() { ["low_value"] = Number(low), ["high_value"] = Number(high), ["sample_count"] = Number(count) };
}
