using System.Numerics;

namespace MlOps.FeatureStore;

/// <summary>Divides a number of things that only grows at its end into few spans, each at least twice as long as the next: one for each binary digit of the number.</summary>
/// <remarks>A span is a power of two and begins at a multiple of itself. So two spans of any two numbers are apart, or one lies in the other; and each thing comes into a longer span only as often as the number has digits.</remarks>
internal static class Doubling
{
    /// <summary>Divides a number.</summary>
    /// <param name="count">The number.</param>
    /// <returns>The spans in their order, the longest first; none for zero.</returns>
    public static IEnumerable<(long Start, long Length)> Divide(long count)
    {
        for (var start = 0L; start < count;)
        {
            var length = 1L << BitOperations.Log2((ulong)(count - start));
            yield return (start, length);
            start += length;
        }
    }
}
